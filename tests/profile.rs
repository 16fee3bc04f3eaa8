//! The profile of a training step.

use nn::prelude::*;
use std::time::Duration;

#[derive(Layer)]
struct Block {
    conv: Conv2D,
    bn: BatchNormalization,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(&x)) + x
    }
}

#[model]
struct Net {
    blocks: Vec<Block>,
    pool: GlobalAveragePooling2D,
    output: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.output(self.pool(self.blocks(x)))
    }
}

fn net() -> Compiled<Net> {
    let block = || Block {
        conv: Conv2D::new(4, 3).padding(Padding::Same),
        bn: BatchNormalization::new(),
    };
    let net = Net {
        blocks: vec![block(), block()],
        pool: GlobalAveragePooling2D::new(),
        output: Dense::new(3),
    };
    net.compile(Compile::new(
        SGD::new(0.01),
        SparseCategoricalCrossentropy::from_logits(),
    ))
}

#[test]
fn rows_are_the_layers_in_order_and_add_up_to_the_step() {
    let mut net = net();
    let x = Tensor::ones([8, 16, 16, 4]);
    let y = Tensor::from(vec![0_i64, 1, 2, 0, 1, 2, 0, 1]);
    let profile = nn::profile(&mut net, &x, &y).unwrap();
    let paths: Vec<&str> = profile.layers().iter().map(|l| l.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "(Net)",
            "blocks.0",
            "blocks.0.conv",
            "blocks.0.bn",
            "blocks.1",
            "blocks.1.conv",
            "blocks.1.bn",
            "pool",
            "output"
        ]
    );
    for layer in profile.layers() {
        assert_eq!(layer.calls, 1, "{}", layer.path);
        assert!(layer.forward > Duration::ZERO, "{}", layer.path);
        // The model itself computes nothing.
        assert_eq!(
            layer.backward > Duration::ZERO,
            layer.path != "(Net)",
            "{}",
            layer.path
        );
    }
    let sum: Duration = profile.layers().iter().map(|l| l.time()).sum();
    assert!(sum <= profile.total());
    assert_eq!(sum + profile.rest(), profile.total());
    // A convolution keeps its input: the second one 8 · 16 · 16 · 4 numbers of 4 bytes.
    let kept = |path: &str| {
        profile
            .layers()
            .iter()
            .find(|l| l.path == path)
            .unwrap()
            .kept
    };
    assert!(kept("blocks.1.conv") >= 8 * 16 * 16 * 4 * 4);

    let table = profile.to_string();
    assert!(table.contains("blocks.1.conv (Conv2D)"), "{table}");
    assert!(table.contains("loss, optimizer and the rest"), "{table}");
    let widths: Vec<usize> = table.lines().map(|l| l.chars().count()).collect();
    assert!(widths.iter().all(|w| *w == widths[0]), "{table}");
}

#[test]
fn nothing_is_left_on_after_an_error() {
    let mut net = net();
    let y = Tensor::from(vec![0_i64, 1]);
    let error = nn::profile(&mut net, Tensor::ones([2, 16, 16, 5]), &y).unwrap_err();
    assert!(error.to_string().contains("blocks.0"), "{error}");
    let profile = nn::profile(&mut self::net(), Tensor::ones([2, 16, 16, 4]), &y).unwrap();
    assert_eq!(profile.layers()[2].calls, 1);
}
