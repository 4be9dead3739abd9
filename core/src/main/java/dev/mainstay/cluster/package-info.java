/// Nodes: sessions, duties and placement. Every decision is made by the database's clock and guarded in SQL.
///
/// A [NodeSession][dev.mainstay.cluster.NodeSession] is renewed once a second; its lease lasts ten. All a node holds
/// (agents, duties) hangs on it. [Leadership][dev.mainstay.cluster.Leadership] holds duties, each with a term that its
/// writes check; [Placement][dev.mainstay.cluster.Placement] gives agents to nodes.
///
/// ```text
/// session: opened -> renewed ... -> ended (stopped | expired | connection lost | superseded | database was away)
/// node:    joined -> fenced (2 s before the lease could end, when no renewal was answered) -> joined anew
/// ```
@NullMarked
package dev.mainstay.cluster;

import org.jspecify.annotations.NullMarked;
