/// `bench failover`: nodes are killed; how long until others run all their agents, and was there ever a second owner.
@NullMarked
package dev.mainstay.bench.failover;

import org.jspecify.annotations.NullMarked;
