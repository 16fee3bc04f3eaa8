//! Layers shared by `Arc`.
#![deny(warnings)]

use nn::prelude::*;
use std::sync::Arc;

#[model(new())]
struct Net {
    #[layer(4)]
    a: Arc<Dense>,
    #[layer(4; 2)]
    b: Vec<Arc<Dense>>,
    #[layer(4)]
    c: Option<Arc<Dense>>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.c(self.b(self.a(x)))
    }
}

#[model]
struct Tied {
    a: Arc<Dense>,
    inner: Inner,
}

#[model]
impl Tied {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner(self.a(x))
    }
}

#[model]
struct Inner {
    b: Arc<Dense>,
    other: Dense,
}

#[model]
impl Inner {
    fn call(&self, x: Tensor) -> Tensor {
        self.other(self.b(x))
    }
}

pub fn main() {
    assert_eq!(Net::new().forward(Tensor::ones([1, 4])).shape(), [1, 4]);
    let shared = Arc::new(Dense::new(4));
    let tied = Tied {
        a: shared.clone(),
        inner: Inner {
            b: shared,
            other: Dense::new(4),
        },
    };
    let x = Tensor::ones([1, 4]);
    let y = tied.forward(&x);
    let paths = |m: &Tied| {
        m.parameters()
            .iter()
            .map(|p| p.path().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&tied),
        [
            "a.kernel",
            "a.bias",
            "inner.other.kernel",
            "inner.other.bias"
        ]
    );
    let copy = tied.clone_model();
    assert_eq!(paths(&copy), paths(&tied));
    assert!(Arc::ptr_eq(&copy.a, &copy.inner.b));
    assert_eq!(
        copy.forward(&x).to_vec::<f32>().unwrap(),
        y.to_vec::<f32>().unwrap()
    );
    let path = std::env::temp_dir().join(format!("tied_{}.safetensors", std::process::id()));
    tied.save_model(&path).unwrap();
    let loaded = Tied::load_model(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(loaded.parameters().len(), 4);
    assert_eq!(
        loaded.forward(&x).to_vec::<f32>().unwrap(),
        y.to_vec::<f32>().unwrap()
    );
    println!("{}", tied.summary([4]).unwrap());
    let mut tied = tied.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    tied.fit((&x, &x), Fit::new().epochs(2)).unwrap();
    // One tensor under one name: both uses see the update.
    assert!(Arc::ptr_eq(&tied.a, &tied.inner.b));
}
