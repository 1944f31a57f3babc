//! The one room that speaks SQL; keeps what each step made.
