//! Recurrent layers.

mod gru;
mod lstm;
pub(crate) mod recurrent;
mod simple_rnn;

pub use gru::GRU;
pub use lstm::LSTM;
pub use simple_rnn::SimpleRNN;
