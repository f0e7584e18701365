package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// flowsGuidePath is where supervisors read how a service is changed.
const flowsGuidePath = flowsPath + "/guide"

// guidePictures are what the guide shows, in both languages: console/assets/guide-NAME-LANGUAGE.webp. scripts/guide.sh
// takes them anew.
var guidePictures = []string{"new", "editor", "complete", "fault", "try", "sms", "review", "versions", "behind"}

// flowsGuideView is the supervisors' guide; views/flowsguide_bn.html and
// views/flowsguide_en.html hold its text.
type flowsGuideView struct {
	page
	pictures map[string]string // where each is, by name
}

func (s *Server) showFlowsGuide(c echo.Context) error {
	v := flowsGuideView{page: s.page(c, "flows_guide_title"), pictures: map[string]string{}}
	for _, name := range guidePictures {
		v.pictures[name] = s.console.link(guidePicture(name, v.Lang))
	}
	return s.show(c, http.StatusOK, "flowsguide.html", v)
}

func guidePicture(name, lang string) string { return fmt.Sprintf("guide-%s-%s.webp", name, lang) }

// Picture is where a picture of the guide is. A name that is none is an error of the page.
func (v flowsGuideView) Picture(name string) (string, error) {
	if v.pictures[name] == "" {
		return "", fmt.Errorf("the guide has no picture %q", name)
	}
	return v.pictures[name], nil
}
