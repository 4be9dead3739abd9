/// Other task queues on PostgreSQL, each used through its released library and its own public interface, so that ours
/// stands beside them on the same server in the same run.
///
/// [Peer][dev.mainstay.bench.peers.Peer] names them. Those in Java are a
/// [PeerQueue][dev.mainstay.bench.peers.PeerQueue], which
/// [PeerRounds][dev.mainstay.bench.peers.PeerRounds] fills and drains.
@NullMarked
package dev.mainstay.bench.peers;

import org.jspecify.annotations.NullMarked;
