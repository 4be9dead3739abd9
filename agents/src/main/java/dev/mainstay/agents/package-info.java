/// The agents that come with Mainstay, each a small class over the engine.
@NullMarked
package dev.mainstay.agents;

import org.jspecify.annotations.NullMarked;
