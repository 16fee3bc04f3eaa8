//! The summary of `examples/resnet_like.rs` says what Keras says of the same model.

use nn::prelude::*;
use serde_json::Value;

#[derive(Layer)]
struct CnnBlock {
    conv: Conv2D,
    bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    fn new(out_channels: usize) -> Self {
        Self {
            conv: Conv2D::new(out_channels, 3).padding(Padding::Same),
            bn: BatchNormalization::new(),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

#[derive(Layer)]
struct ResBlock {
    cnn1: CnnBlock,
    cnn2: CnnBlock,
    cnn3: CnnBlock,
    pooling: MaxPooling2D,
    identity_mapping: Conv2D,
}

#[model]
impl ResBlock {
    fn new(channels: [usize; 3]) -> Self {
        Self {
            cnn1: CnnBlock::new(channels[0]),
            cnn2: CnnBlock::new(channels[1]),
            cnn3: CnnBlock::new(channels[2]),
            pooling: MaxPooling2D::new(2),
            identity_mapping: Conv2D::new(channels[1], 1).padding(Padding::Same),
        }
    }

    fn call(&self, input: Tensor) -> Tensor {
        let x = self.cnn2(self.cnn1(&input));
        let x = self.cnn3(x + self.identity_mapping(&input));
        self.pooling(x)
    }
}

#[model(input = [28, 28, 1], check = "build")]
struct ResNetLike {
    blocks: Vec<ResBlock>,
    pool: GlobalAveragePooling2D,
    classifier: Dense,
}

#[model]
impl ResNetLike {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.pool(self.blocks(x)))
    }
}

#[test]
fn every_shape_and_count_is_keras() {
    let model = ResNetLike {
        blocks: [[32, 32, 64], [128, 128, 256], [128, 256, 512]]
            .map(ResBlock::new)
            .into(),
        pool: GlobalAveragePooling2D::new(),
        classifier: Dense::new(10),
    };
    let summary = model.summary(ResNetLike::INPUT).unwrap();
    let expected: Value =
        serde_json::from_str(include_str!("golden/models/resnet_like.json")).unwrap();
    assert_eq!(summary.total_params() as u64, expected["total_params"]);
    assert_eq!(
        summary.trainable_params() as u64,
        expected["trainable_params"]
    );
    assert_eq!(
        summary.non_trainable_params() as u64,
        expected["non_trainable_params"]
    );
    let layers = expected["layers"].as_array().unwrap();
    assert_eq!(summary.rows().len(), layers.len());
    for layer in layers {
        let path = layer["path"].as_str().unwrap();
        let row = summary
            .rows()
            .iter()
            .find(|r| r.path == path)
            .unwrap_or_else(|| panic!("no row for {path}"));
        assert_eq!(
            row.class_name,
            layer["class_name"].as_str().unwrap(),
            "{path}"
        );
        assert_eq!(
            serde_json::to_value(row.outputs[0]).unwrap(),
            layer["output_shape"],
            "{path}"
        );
        assert_eq!(row.params as u64, layer["params"], "{path}");
    }
}

#[test]
fn connections_and_the_table() {
    let model = ResNetLike {
        blocks: vec![ResBlock::new([4, 8, 8])],
        pool: GlobalAveragePooling2D::new(),
        classifier: Dense::new(3),
    };
    let summary = model.summary([8, 8, 1]).unwrap();
    let connected = |path: &str| {
        summary
            .rows()
            .iter()
            .find(|r| r.path == path)
            .unwrap()
            .connected_to
            .clone()
    };
    assert_eq!(connected("blocks.0"), ["input"]);
    assert_eq!(connected("blocks.0.identity_mapping"), ["input"]);
    assert_eq!(
        connected("blocks.0.cnn3"),
        ["add(blocks.0.cnn2, blocks.0.identity_mapping)"]
    );
    assert_eq!(connected("pool"), ["blocks.0"]);
    let table = summary.to_string();
    assert!(
        table.contains("classifier (Dense)")
            && table.contains("(None, 3)")
            && !table.contains("cnn1"),
        "{table}"
    );
    assert!(
        summary
            .expand_nested()
            .to_string()
            .contains("└ cnn1 (CnnBlock)")
    );
}
