/// What a bench says: figures with their goals, the machine they were measured on, and the statistics behind them.
@NullMarked
package dev.mainstay.bench.report;

import org.jspecify.annotations.NullMarked;
