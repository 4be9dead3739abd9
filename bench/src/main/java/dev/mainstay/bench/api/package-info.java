/// `bench api`: requests to a server with a month of history, and what its viewers cost the database.
@NullMarked
package dev.mainstay.bench.api;

import org.jspecify.annotations.NullMarked;
