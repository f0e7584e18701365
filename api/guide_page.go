package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// guidePath is where the staff read how the desk works.
const guidePath = "/console/guide"

// guideView is the guide for an agent's first day; views/guide_bn.html and
// views/guide_en.html hold its text.
type guideView struct {
	page
	Broadcasts bool // the viewer sends them
}

func (s *Server) showGuide(c echo.Context) error {
	v := guideView{page: s.page(c, "guide_title")}
	v.Broadcasts = allows(v.Agent.Role, BroadcastManage)
	return s.show(c, http.StatusOK, "guide.html", v)
}
