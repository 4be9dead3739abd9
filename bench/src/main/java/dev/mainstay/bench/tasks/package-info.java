/// How fast durable tasks are enqueued and worked off, next to what a hand-written queue without leases reaches.
@NullMarked
package dev.mainstay.bench.tasks;

import org.jspecify.annotations.NullMarked;
