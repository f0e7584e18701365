// Package postgres runs a PostgreSQL cluster of Nagorik's own, so that the service starts on a machine where nothing has
// been set up: from the PostgreSQL programs found there, on a Unix socket, stopped with the process that started it.
//
// The types to know: [Options] says where the records are kept, [Cluster] is the running server, [Release] the programs it
// runs from. [ErrNotInstalled] and [ErrInUse] are the two faults that a person meets first; both say what to do.
//
//	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: "./data", Log: log})
//	if err != nil {
//		return err
//	}
//	defer cluster.Stop(ctx)
//	pool, err := pgxpool.New(ctx, cluster.DSN())
//
// On disk, DATA_DIR/postgres holds cluster/ (the server's own folder), sockets/, password (0600) and lock. PostgreSQL does
// not run as root: started by root it runs as user postgres or nobody, and when that user cannot reach DATA_DIR the same
// folder is made under /var/lib/nagorik instead and DATA_DIR/postgres.location names it.
//
// Nobody else gets in: there is no TCP port, the socket's folder is closed to others, and every connection needs the
// password. All of the server's durability settings are PostgreSQL's defaults.
package postgres
