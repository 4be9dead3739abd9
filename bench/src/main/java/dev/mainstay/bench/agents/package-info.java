/// `bench agents`: what very many agents cost a node and its database, and how late their ticks are.
@NullMarked
package dev.mainstay.bench.agents;

import org.jspecify.annotations.NullMarked;
