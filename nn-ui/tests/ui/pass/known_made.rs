//! Tensors that are made, enlarged and taken apart, lists that grow, and loops that run backwards.
#![deny(warnings)]

use nn::ops::{dstack, hstack, tensordot, vstack};
use nn::prelude::*;

#[model(input = [6], new())]
struct Made {
    #[layer(6)]
    dense: Dense,
}

#[model]
impl Made {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self
            .dense(x)
            .matmul(Tensor::eye(6))
            .matmul(Tensor::eye_of(6, 4, 0, DType::F32));
        let x = x + Tensor::arange(4) + Tensor::linspace(0.0, 1.0, 4);
        let x = x + Tensor::from([[1.0_f32, 2.0, 3.0, -4.0]]) + Tensor::from([0.5_f32; 4]);
        // As many as there are rows, and a single number.
        let rows = Tensor::arange(x.shape()[0]).cast(DType::F32).expand_dims(1);
        x * rows + Tensor::from(2.0_f32) + Tensor::from_vec(vec![0.0_f32; 4], [1, 4])
    }
}

#[model(input = [2, 3], new())]
struct Enlarged {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Enlarged {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.dense(x).pad([(0, 0), (1, 1), (0, 1)]).tile([2, 1]);
        let y = x.expand_dims(1).broadcast_to([x.shape()[0], 5, 8, 4]);
        // Of a batch that is not known every size may be right.
        let z = Tensor::ones([1, 4]).broadcast_to([x.shape()[0], 4]);
        // There may be one sample, and the list need not be long enough elsewhere.
        let y = y.mean_axis(1) + z.expand_dims(1);
        y.pad(vec![(0, 0); 3])
    }
}

#[model(input = [4, 6], new())]
struct Apart {
    #[layer(6)]
    dense: Dense,
    #[layer(6)]
    blocks: [Dense; 3],
}

#[model]
impl Apart {
    fn call(&self, x: Tensor) -> Tensor {
        let (values, places) = self.dense(&x).top_k(2);
        let chosen = values * places.cast(DType::F32);
        let mut steps = Vec::with_capacity(4);
        for step in x.unstack(1) {
            steps.push(self.dense(&step));
        }
        for step in x.unstack(1).iter().rev() {
            steps.push(step.clone());
        }
        // It has eight now, and nine then.
        steps.push(chosen.sum_axis(-1).columns(0..1).tile([1, 6]));
        let mut sum = steps[7].clone();
        for block in self.blocks.iter().rev() {
            sum = block.forward(&sum) + &steps[8];
        }
        // As many steps as samples, however many these are.
        let samples = x.slice_axis(0, 0..1).unstack(0);
        sum + self.dense(samples[0].index_axis(0, 0).expand_dims(0))
    }
}

#[model(input = [4], new())]
struct Joined {
    #[layer(4)]
    there: Option<Dense>,
    #[layer(None)]
    missing: Option<Dense>,
    #[layer(5)]
    heads: [Dense; 2],
}

#[model]
impl Joined {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self
            .there
            .as_ref()
            .map_or(x.mean(), |layer| layer.forward(&x));
        let x = self
            .missing
            .as_ref()
            .map(|layer| layer.forward(&x).mean())
            .unwrap_or(x);
        let [a, b] = [x.relu(), x.clone()].map(|t| self.heads[0].forward(&t));
        let products = tensordot(&x, &x, [0], [0]).matmul(Tensor::eye(4));
        let x = hstack([&a, &b, &self.heads[1].forward(&x)]) * products.mean();
        let y = vstack([&x, &x]).split(2, 0);
        let mut sizes = x.shape().to_vec();
        sizes.push(1);
        dstack([&x, &y[1]]).mean_axis(2).reshape(sizes).squeeze(-1)
    }
}

#[model(input = [5, 2], new())]
struct Steps {
    #[layer(Dense::new(3))]
    steps: TimeDistributed<Dense>,
}

#[model]
impl Steps {
    fn call(&self, x: Tensor) -> Tensor {
        self.steps(x)
    }
}

pub fn main() {
    assert_eq!(Made::OUTPUT, [4]);
    assert_eq!(Joined::OUTPUT, [15]);
    let ones = |sizes: &[usize]| Tensor::ones(Shape::from(sizes));
    assert_eq!(Made::new().forward(ones(&[3, 6])).shape(), [3, 4]);
    assert_eq!(Enlarged::new().forward(ones(&[3, 2, 3])).shape(), [3, 8, 4]);
    assert_eq!(Apart::new().forward(ones(&[3, 4, 6])).shape(), [3, 6]);
    assert_eq!(Joined::new().forward(ones(&[3, 4])).shape(), [3, 15]);
    assert_eq!(Steps::new().forward(ones(&[3, 5, 2])).shape(), [3, 5, 3]);
}
