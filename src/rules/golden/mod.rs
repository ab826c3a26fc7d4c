//! The built-in pack against the procedure and the agreement, code by code. Each story names the step that it stands for.

mod agreement;
mod masked;
mod procedure;
mod queue;
mod second_plan;
mod seeded;
