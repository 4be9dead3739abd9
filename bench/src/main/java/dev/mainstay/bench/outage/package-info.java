/// `bench outage`: the database is taken away for minutes and brought back; what it cost, and was anything lost.
@NullMarked
package dev.mainstay.bench.outage;

import org.jspecify.annotations.NullMarked;
