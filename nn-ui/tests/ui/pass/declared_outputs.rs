//! What `OUTPUT` says of one, of several and of unknown outputs.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = ([5], [8]), new(heads: usize = 2))]
struct Two {
    #[layer(heads)]
    a: Dense,
    #[layer(1)]
    b: Dense,
}

#[model]
impl Two {
    fn call(&self, x: Tensor, y: Tensor) -> (Tensor, Tensor) {
        (self.a(x), self.b(y))
    }
}

#[model(input = [5], new())]
struct Three {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Three {
    fn call(&self, x: Tensor) -> [Tensor; 3] {
        let y = self.dense(&x);
        [y.clone(), x.map_columns(), y.mean_axis(-1)]
    }
}

/// Something that the shape rules do not know.
trait MapColumns {
    fn map_columns(&self) -> Tensor;
}

impl MapColumns for Tensor {
    fn map_columns(&self) -> Tensor {
        self.slice_axis(1, 0..2)
    }
}

#[model(input = [5], new())]
struct Unknown {}

#[model]
impl Unknown {
    fn call(&self, x: Tensor) -> Tensor {
        x.map_columns()
    }
}

const _: () = assert!(!Two::OUTPUT.is([2]) && !Unknown::OUTPUT.is([2]));

pub fn main() {
    assert_eq!(Two::OUTPUT, ([2], [1]));
    assert_eq!(
        (Two::OUTPUT.tensors(), Two::OUTPUT.to_string()),
        (Some(2), "([2], [1])".into())
    );
    assert_eq!(Three::OUTPUT.to_string(), "([3], _, [])");
    assert!(Three::OUTPUT.shape(0).is_some_and(|shape| shape == [3]));
    assert_eq!(
        (Unknown::OUTPUT.tensors(), Unknown::OUTPUT.to_string()),
        (None, "_".into())
    );
    assert_ne!(Unknown::OUTPUT, [2]);
    assert_eq!(Unknown::new().forward(Tensor::ones([1, 5])).shape(), [1, 2]);
    let (a, b) = Two::default().forward((Tensor::ones([1, 5]), Tensor::ones([1, 8])));
    assert_eq!(
        (a.shape(), b.shape()),
        (Shape::from([1, 2]), Shape::from([1, 1]))
    );
    assert_eq!(
        Three::new().forward(Tensor::ones([1, 5]))[1].shape(),
        [1, 2]
    );
}
