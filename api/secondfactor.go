package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// secondPath is where everybody sets up the own second factor.
const secondPath = accountPath + "/second-factor"

// qrMargin is the quiet zone around a QR code, in modules: ISO/IEC 18004 §9.1.
const qrMargin = 4

// secondView sets up a second factor, or ends it.
type secondView struct {
	page
	QR       string // an SVG path
	Size     int    // of the picture, in modules
	Secret   string
	Shown    string // the secret in groups, to be typed
	Code     field
	Password field
}

// secondView is about the secret given; empty makes a new one.
func (s *Server) secondView(c echo.Context, secret string) (secondView, error) {
	v := secondView{page: s.page(c, "second_title"), Secret: secret}
	v.Code = field{Name: "code", Label: v.Words["code"], Hint: v.Words["second_code_hint"], Complete: "one-time-code", Required: true, Numeric: true}
	v.Password = field{Name: "password", Label: v.Words["password_old"], Type: "password", Complete: "current-password", Required: true}
	if v.Agent.SecondFactor {
		return v, nil
	}
	if v.Secret == "" {
		v.Secret = handoff.NewSecondFactor()
	}
	v.Shown = grouped(v.Secret)
	var err error
	v.QR, v.Size, err = qrPath(otpAddress(v.Secret, v.Agent.Email, v.Words["product"]))
	return v, err
}

// grouped cuts a secret in fours, to be read and typed.
func grouped(secret string) string {
	var groups []string
	for len(secret) > 4 {
		groups, secret = append(groups, secret[:4]), secret[4:]
	}
	return strings.Join(append(groups, secret), " ")
}

// otpAddress is what a telephone's program reads: otpauth://totp/…, as Google
// Authenticator's key URI format describes it.
func otpAddress(secret, email, product string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + product + ":" + email}
	u.RawQuery = url.Values{"secret": {secret}, "issuer": {product}}.Encode()
	return strings.ReplaceAll(u.String(), "+", "%20")
}

// qrPath draws a QR code as an SVG path of squares.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, fmt.Errorf("draw a QR code: %w", err)
	}
	var b strings.Builder
	bounds := code.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+qrMargin, y+qrMargin)
			}
		}
	}
	return b.String(), bounds.Dx() + 2*qrMargin, nil
}

func (s *Server) showSecondFactor(c echo.Context) error {
	v, err := s.secondView(c, "")
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "second.html", v)
}

// addSecondFactor takes a code of the secret that the page showed.
func (s *Server) addSecondFactor(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	codes, err := s.opt.Desk.AddSecondFactor(c.Request().Context(), viewer(c).AgentID, form.Get("secret"), form.Get("code"))
	if errors.Is(err, handoff.ErrCode) {
		v, err := s.secondView(c, form.Get("secret"))
		if err != nil {
			return err
		}
		v.Code.Fault = v.Words["fault_code"]
		return s.show(c, http.StatusUnprocessableEntity, "second.html", v)
	}
	if err != nil {
		return err
	}
	v := secretView{page: s.page(c, "recovery_title"), Codes: codes}
	v.Lead, v.Label, v.Hint = v.Words["recovery_lead"], v.Words["recovery_label"], v.Words["recovery_hint"]
	v.Leave = action{accountPath, v.Words["recovery_kept"]}
	return s.show(c, http.StatusOK, "secret.html", v)
}

func (s *Server) dropSecondFactor(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	err = s.opt.Desk.DropSecondFactor(c.Request().Context(), viewer(c).AgentID, form.Get("password"))
	if status, said := s.refused(err); said != nil {
		v, err := s.secondView(c, "")
		if err != nil {
			return err
		}
		v.Password.Fault = said(v.page)
		return s.show(c, status, "second.html", v)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, accountPath+"?done=second_off")
}
