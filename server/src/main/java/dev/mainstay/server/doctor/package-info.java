/// Tries out what Mainstay stands on and says what to do about what is wrong. Main type:
/// [dev.mainstay.server.doctor.Doctor].
@NullMarked
package dev.mainstay.server.doctor;

import org.jspecify.annotations.NullMarked;
