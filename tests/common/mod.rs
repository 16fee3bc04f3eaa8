//! Models and data that several tests use.
#![allow(dead_code)]

use nn::prelude::*;

#[derive(Layer)]
pub struct CnnBlock {
    pub conv: Conv2D,
    pub bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    pub fn new(out_channels: usize) -> Self {
        Self {
            conv: Conv2D::new(out_channels, 3).padding(Padding::Same),
            bn: BatchNormalization::new(),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

/// Two blocks, dropout and a classifier: everything that has state or chance in it.
#[model]
pub struct SmallCnn {
    pub blocks: Vec<CnnBlock>,
    pub flatten: Flatten,
    pub dropout: Dropout,
    pub classifier: Dense,
}

#[model]
impl SmallCnn {
    pub fn new(classes: usize) -> Self {
        Self {
            blocks: vec![CnnBlock::new(8), CnnBlock::new(16)],
            flatten: Flatten::new(),
            dropout: Dropout::new(0.3),
            classifier: Dense::new(classes),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.flatten(self.blocks(x));
        self.classifier(self.dropout(x))
    }
}

#[model]
pub struct Mlp {
    pub hidden: Dense,
    pub output: Dense,
}

#[model]
impl Mlp {
    pub fn new(units: usize, classes: usize) -> Self {
        Self {
            hidden: Dense::new(units).activation(Activation::Relu),
            output: Dense::new(classes),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.output(self.hidden(x))
    }
}

pub fn classify() -> Compile {
    Compile::new(
        Adam::new(1e-3),
        SparseCategoricalCrossentropy::from_logits(),
    )
    .metric(SparseCategoricalAccuracy::new())
}

pub fn quiet<'a>() -> Fit<'a> {
    Fit::new().verbose(Verbose::Silent)
}

/// Every number of a model, as bits.
pub fn bits(model: &impl Module) -> Vec<u32> {
    let values = model
        .parameters()
        .into_iter()
        .flat_map(|p| p.value().to_vec::<f32>().unwrap());
    values.map(f32::to_bits).collect()
}

/// Checks that `f` gives the same in pools of 1, 2 and 7 threads, and on a thread of no pool, which shares its work in another way.
pub fn same_on_any_threads<R: PartialEq + Send>(f: impl Fn() -> R + Sync) {
    let expected = f();
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert!(pool.install(&f) == expected, "a pool of {threads}");
    }
}

/// A folder of its own for a test's files.
pub fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
