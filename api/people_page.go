package api

// contactsPath is where staff find people.
const contactsPath = "/console/contacts"
