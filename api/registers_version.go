package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"unicode"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
	"nagorik/handoff/registers"
)

// registerVerb is something that is done to a version.
type registerVerb func(*registers.Store, context.Context, handoff.Viewer, uuid.UUID) error

// registerVersionView is a version: to be chosen, on its way, or done.
type registerVersionView struct {
	page
	Version registers.Version
	Pill    pill
	Back    string
	Percent int // of the load; 0: it cannot be told
	Why     string
	Faults  []faultLine
	More    string // there are more faults than are listed
	Choose  *chooseView
	Columns []columnLine
	Use     string // empty: it cannot be put in force
	Cancel  string // empty: there is nothing to stop
	Load    string
}

type faultLine struct{ Line, Title, What string }

// chooseView is the second step of an upload.
type chooseView struct {
	Key, Phone, Proof field
	Columns           []columnRow
	Head              []string
	Sample            [][]string
	Fault             string
}

// columnRow is a column whose name and type are chosen.
type columnRow struct {
	Title            string
	First            string // its first value, as an example
	Name, Type, Open string // the names of its fields
	Value            string
	Types            []option
	Ticked           bool
	Fault            string
}

// columnLine is a column as it was chosen.
type columnLine struct{ Title, Name, Type string }

func (s *Server) showRegisterVersion(c echo.Context) error {
	return s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		v, err := store.Version(c.Request().Context(), id)
		if err != nil {
			return err
		}
		return s.registerVersionPage(c, http.StatusOK, store, v, nil)
	})
}

// loadRegister takes what was chosen; a fault comes back with it.
func (s *Server) loadRegister(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		v, err := store.Version(c.Request().Context(), id)
		if err != nil {
			return err
		}
		choice := choiceOf(form, len(v.Columns))
		err = store.Load(c.Request().Context(), viewer(c), id, choice)
		var fault *handoff.FieldError
		if errors.As(err, &fault) {
			for i := range choice.Columns {
				choice.Columns[i].Title = v.Columns[i].Title
			}
			v.Columns, v.Proof = choice.Columns, choice.Proof
			return s.registerVersionPage(c, http.StatusUnprocessableEntity, store, v, fault)
		}
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, registerVersionPath(id))
	})
}

func (s *Server) registerVersionPage(c echo.Context, status int, store *registers.Store, v registers.Version, fault *handoff.FieldError) error {
	w := registerVersionView{page: s.page(c, "registers_title"), Version: v, Back: registersPath + "/" + v.Register.String()}
	w.Title = w.Say("register_version", "name", v.Name, "n", w.Number(v.Number))
	w.Pill, w.Load = w.registerPill(v), registerVersionPath(v.ID)+"/load"
	if v.Error != "" {
		w.Why = w.Words["register_fault_"+v.Error]
	}
	if v.Bytes > 0 {
		w.Percent = int(min(100, v.Read*100/v.Bytes))
	}
	if v.Status == registers.Loaded && !v.InForce {
		w.Use = registerVersionPath(v.ID) + "/use"
	}
	if v.Status == registers.Uploaded || v.Status.Busy() {
		w.Cancel = registerVersionPath(v.ID) + "/cancel"
	}
	if v.Status == registers.Uploaded {
		w.Choose = w.choose(v, fault)
		return s.show(c, status, "registerversion.html", w)
	}
	for _, col := range v.Columns {
		w.Columns = append(w.Columns, w.columnLine(col))
	}
	faults, err := store.Faults(c.Request().Context(), v.ID)
	if err != nil {
		return err
	}
	for _, f := range faults {
		w.Faults = append(w.Faults, faultLine{w.Number(int(f.Line)), f.Title, w.Words["register_fault_"+f.What]})
	}
	if n := int(v.Faults) - len(faults); n > 0 {
		w.More = w.Say("register_more_faults", "n", w.Number(n))
	}
	return s.show(c, status, "registerversion.html", w)
}

func (p page) columnLine(c handoff.RegisterColumn) columnLine {
	l := columnLine{Title: c.Title, Name: "{row." + c.Name + "}", Type: p.Words["register_type_"+string(c.Type)]}
	switch c.Name {
	case "":
		l.Name, l.Type = "–", p.Words["register_left_out"]
	case flows.FieldKey, flows.FieldPhone:
		l.Type = p.Words["register_column_"+c.Name]
	}
	return l
}

// choose is the form for the columns.
func (p page) choose(v registers.Version, fault *handoff.FieldError) *chooseView {
	f := &chooseView{
		Key:   field{Name: "key", Label: p.Words["register_column_key"], Hint: p.Words["register_key_hint"]},
		Phone: field{Name: "phone", Label: p.Words["register_column_phone"], Hint: p.Words["register_phone_hint"], Options: []option{{Value: "", Label: p.Words["register_no_phone"]}}},
		Proof: field{Name: "proof", Label: p.Words["register_proof"], Box: true, Value: "yes", Ticked: v.Proof},
	}
	for i, c := range v.Columns {
		at := strconv.Itoa(i)
		f.Head = append(f.Head, c.Title)
		f.Key.Options = append(f.Key.Options, option{at, c.Title, c.Name == flows.FieldKey})
		f.Phone.Options = append(f.Phone.Options, option{at, c.Title, c.Name == flows.FieldPhone})
		row := columnRow{Title: c.Title, Name: "name_" + at, Type: "type_" + at, Open: "open_" + at, Value: c.Name, Ticked: c.Open}
		if c.Name == flows.FieldKey || c.Name == flows.FieldPhone {
			row.Value = "field_" + strconv.Itoa(i+1)
		}
		if len(v.Sample) > 0 && i < len(v.Sample[0]) {
			row.First = hidePhone(v.Sample[0][i])
		}
		for _, t := range flows.FieldTypes() {
			row.Types = append(row.Types, option{string(t), p.Words["register_type_"+string(t)], t == c.Type})
		}
		if fault != nil && fault.Field == "column_"+at {
			row.Fault = p.Words["register_fault_"+fault.Message]
		}
		f.Columns = append(f.Columns, row)
	}
	for _, cells := range v.Sample {
		row := make([]string, len(cells))
		for i, cell := range cells {
			row[i] = hidePhone(cell)
		}
		f.Sample = append(f.Sample, row)
	}
	if fault != nil && (fault.Field == "columns" || fault.Field == "proof") {
		f.Fault = p.Words["register_fault_"+fault.Message]
	}
	return f
}

// hidePhone masks a value that is a telephone, in whatever column it stands.
func hidePhone(cell string) string {
	for _, r := range cell {
		if unicode.IsLetter(r) {
			return cell
		}
	}
	number, ok := bangla.Phone(cell)
	if !ok {
		number, ok = bangla.Phone("0" + bangla.Digits(cell))
	}
	if ok {
		return flows.MaskPhone(number)
	}
	return cell
}
