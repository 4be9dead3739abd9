/// Messages in NATS JetStream: a stream of frames an organization is the log, and each group is one document that is
/// changed by compare-and-set, so that a step happens as a whole.
///
/// The main type is [dev.mainstay.message.nats.NatsTransport]. Alone in Mainstay, this package knows jnats, which an
/// embedder adds when needed.
@NullMarked
package dev.mainstay.message.nats;

import org.jspecify.annotations.NullMarked;
