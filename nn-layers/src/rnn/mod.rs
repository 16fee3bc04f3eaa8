//! Recurrent layers.

mod bidirectional;
pub(crate) mod cell;
pub(crate) mod conv_lstm;
mod conv_lstm1d;
mod conv_lstm2d;
mod conv_lstm3d;
pub(crate) mod frame;
pub(crate) mod gates;
mod gru;
mod gru_cell;
mod lstm;
mod lstm_cell;
#[allow(clippy::module_inception)]
mod rnn;
mod simple_rnn;
mod simple_rnn_cell;
mod stacked_rnn_cells;
mod states;
#[cfg(test)]
mod tests;
mod time_distributed;

pub use bidirectional::{Bidirectional, MergeMode};
pub use cell::{AnyCell, Cell, CellClass, CellStep};
pub use conv_lstm1d::ConvLSTM1D;
pub use conv_lstm2d::ConvLSTM2D;
pub use conv_lstm3d::ConvLSTM3D;
pub use gru::GRU;
pub use gru_cell::GRUCell;
pub use lstm::LSTM;
pub use lstm_cell::LSTMCell;
pub use rnn::RNN;
pub use simple_rnn::SimpleRNN;
pub use simple_rnn_cell::SimpleRNNCell;
pub use stacked_rnn_cells::StackedRNNCells;
pub use states::States;
pub use time_distributed::TimeDistributed;
