//! Activation functions, by name and as layers.

mod activation;
mod activation_layer;
mod elu;
mod leaky_relu;
mod own;
mod prelu;
mod relu;
mod softmax;

pub use activation::Activation;
pub use activation_layer::Activation as ActivationLayer;
pub use elu::ELU;
pub use leaky_relu::LeakyReLU;
pub use own::Activate;
pub use prelu::PReLU;
pub use relu::ReLU;
pub use softmax::Softmax;
