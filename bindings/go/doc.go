// Package cspmgraph reads cloud and identity exports into a security graph, and finds attack paths, choke points and fixes in it. It is a thin layer
// over libcspmgraph: every public C function is reachable from here.
//
//	g, err := cspmgraph.Load(ctx, []string{"export/"}, cspmgraph.LoadOptions{})
//	if err != nil {
//		return err
//	}
//	defer g.Close()
//	rows, err := g.Query(ctx, "MATCH (n:User) WHERE n.age > $least RETURN n.name", cspmgraph.Params{"least": 18})
//	if err != nil {
//		return err
//	}
//	defer rows.Close()
//	for rows.Next() {
//		var name string
//		if err := rows.Scan(&name); err != nil {
//			return err
//		}
//	}
//	return rows.Err()
//
// # Handles
//
// Everything with a Close method holds memory the garbage collector does not see: close it. Close may be called any number of times and from any
// goroutine; a call that is running finishes first. What was not closed is released once it is unreachable. Handles keep what they need alive, so
// a graph may be closed while its rows are read. After Close methods return an error that is [ErrClosed].
//
// # Contexts
//
// A call whose context ends is stopped, and its error unwraps to [context.Canceled] or [context.DeadlineExceeded]. The context given to
// [Graph.Query] holds until the rows are closed.
//
// # Goroutines
//
// [Graph], [Query], [Analysis], [Rules], [Batch] and [Engine] may be used by any number of goroutines at once. [Builder], [Rows] and [Language]
// may be too, but their calls wait for each other.
package cspmgraph
