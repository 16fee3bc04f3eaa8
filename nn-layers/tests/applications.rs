//! Published models: their sizes, images of any size, and what is said of settings that cannot be.

use nn_core::{Layer, Module, Tensor, UNKNOWN};
use nn_layers::Functional;
use nn_layers::applications::{
    BertEncoder, EfficientNetB0, MobileNetV2, PositionEmbedding, ResNet50, TransformerEncoder,
};

type ImageModel = Functional<Tensor, Tensor>;

#[test]
fn the_sizes_of_published_models() {
    assert_eq!(ResNet50::new().build().unwrap().count_params(), 25_636_712);
    let model = MobileNetV2::new().build().unwrap();
    assert_eq!(model.count_params(), 3_538_984);
    let model = EfficientNetB0::new().build().unwrap();
    assert_eq!(model.count_params(), 5_330_571);
}

#[test]
fn features_are_made_of_images_of_any_size() {
    let model = MobileNetV2::new()
        .alpha(0.35)
        .include_top(false)
        .build()
        .unwrap();
    assert_eq!(model.inputs()[0], [UNKNOWN, UNKNOWN, 3]);
    let shape = |side: usize| model.forward(Tensor::ones([1, side, side, 3])).shape();
    assert_eq!(shape(64), [1, 2, 2, 1280]);
    assert_eq!(shape(96), [1, 3, 3, 1280]);
}

#[test]
fn settings_that_cannot_be_say_what_they_are() {
    let message = |model: nn_core::Result<ImageModel>| model.unwrap_err().to_string();
    let e = message(ResNet50::new().input_shape([31, 64, 3]).build());
    assert!(e.contains("at least 32 by 32 pixels"), "{e}");
    let e = message(ResNet50::new().input_shape([UNKNOWN, UNKNOWN, 3]).build());
    assert!(e.contains("needs the size of its images"), "{e}");
    let e = message(EfficientNetB0::new().input_shape([32, 32]).build());
    assert!(e.contains("[height, width, channels]"), "{e}");
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let e = message(MobileNetV2::new().alpha(alpha).build());
        assert!(e.contains("`alpha`"), "{e}");
    }
    let e = TransformerEncoder::new(10, 3, 8).err().unwrap().to_string();
    assert!(e.contains("`num_heads` that divides it"), "{e}");
    let e = BertEncoder::new(0, 1, 1, 4, 4).build().err().unwrap();
    assert!(e.to_string().contains("0 words"), "{e}");
    let long = PositionEmbedding::new(3).forward(Tensor::ones([1, 4, 2]));
    let e = long.into_result().unwrap_err().to_string();
    assert!(e.contains("vectors for 3 steps"), "{e}");
}
