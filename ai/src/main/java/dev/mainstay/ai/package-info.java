/// Models, traces, cost, tools and knowledge for agents that call language models.
@NullMarked
package dev.mainstay.ai;

import org.jspecify.annotations.NullMarked;
