/// The embeddable engine: a fleet of supervised agents on PostgreSQL.
@NullMarked
package dev.mainstay;

import org.jspecify.annotations.NullMarked;
