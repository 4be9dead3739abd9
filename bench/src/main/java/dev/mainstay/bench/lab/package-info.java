/// Where benches are run: a PostgreSQL server and node processes of their own, gone afterwards.
@NullMarked
package dev.mainstay.bench.lab;

import org.jspecify.annotations.NullMarked;
