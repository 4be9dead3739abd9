/// What users test their agents with: real PostgreSQL, settable time, no mocks.
@NullMarked
package dev.mainstay.testkit;

import org.jspecify.annotations.NullMarked;
