//! Models of the literature, layer by layer as Keras publishes them: with its names, its order of weights and its numbers of parameters, so
//! that weights made with Keras fit (`keras::set_weights`, or by path). They are [`Functional`](crate::Functional) models and start with random
//! weights; none are shipped.
//!
//! ```
//! use nn::{applications::{MobileNetV2, Pooling}, Layer, Tensor};
//! let features = MobileNetV2::new()
//!     .alpha(0.35)
//!     .include_top(false)
//!     .input_shape([32, 32, 3])
//!     .pooling(Pooling::Average)
//!     .build()?;
//! let images = MobileNetV2::preprocess_input(&(Tensor::ones([2, 32, 32, 3]) * 255.0));
//! assert_eq!(features.forward(images).shape(), [2, 1280]);
//! # Ok::<(), nn::Error>(())
//! ```

mod bert_encoder;
mod efficient_net_b0;
mod mobile_net_v2;
mod position_embedding;
mod resnet50;
mod top;
mod transformer_encoder;

pub use bert_encoder::BertEncoder;
pub use efficient_net_b0::EfficientNetB0;
pub use mobile_net_v2::MobileNetV2;
pub use position_embedding::PositionEmbedding;
pub use resnet50::ResNet50;
pub use top::Pooling;
pub use transformer_encoder::TransformerEncoder;
