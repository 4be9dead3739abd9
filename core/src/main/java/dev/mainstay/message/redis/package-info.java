/// Messages in Redis Streams: the log, its groups and leases, each step a Lua script, so that it happens as a whole.
///
/// The main type is [dev.mainstay.message.redis.RedisTransport]. Alone in Mainstay, this package knows Lettuce, which
/// an embedder adds when needed.
@NullMarked
package dev.mainstay.message.redis;

import org.jspecify.annotations.NullMarked;
