/// Messages between agents, nodes and people outside: to an agent, on a channel, or to all, stored before `publish`
/// returns and delivered at least once to every durable consumer group.
///
/// ```
///   publish ──► log ──► ephemeral subscribers (each sees every message while it lives)
///                │
///                └────► consumer group ──► in hand ──► acked
///                            ▲                │
///                            │   retry, lost  ├──► waiting ──┐
///                            └────────────────┼──────────────┘
///                                             └──► dead letter ──► (redrive) waiting
/// ```
///
/// The main type is [dev.mainstay.message.MessageBus]. [dev.mainstay.message.MessageTransport] is what lies behind
/// it: PostgreSQL, unless another one is configured.
@NullMarked
package dev.mainstay.message;

import org.jspecify.annotations.NullMarked;
