//! Structs of tensors are followed by the names of their fields, in and out.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Clone, Tensors)]
pub struct Views {
    pub wide: Tensor,
    pub deep: Tensor,
}

#[derive(Clone, Tensors)]
pub struct Scores {
    pub class: Tensor,
    pub size: Tensor,
}

#[derive(Clone, Tensors)]
pub struct Pair(pub Tensor, pub Tensor);

#[model(new())]
struct Inner {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Inner {
    fn call(&self, x: Views) -> Tensor {
        self.dense(x.wide) + x.deep
    }
}

#[model(
    input = ([4], [3]),
    new(),
    loss = (SparseCategoricalCrossentropy, MeanSquaredError),
    targets = (i64[], [1]),
    check = "strict"
)]
struct ByName {
    #[layer]
    inner: Inner,
    #[layer(10)]
    class: Dense,
    #[layer(1)]
    size: Dense,
}

#[model]
impl ByName {
    fn call(&self, views: Views) -> Scores {
        let size = self.size(&views.wide);
        let both = self.inner(&views);
        Scores {
            size,
            class: self.class(both),
        }
    }
}

#[model(input = ([4], [3]), new(), check = "strict")]
struct ByPattern {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl ByPattern {
    fn call(&self, Views { wide, deep: other }: Views) -> nn::Result<Pair> {
        let pair = Pair(self.dense(wide), other);
        Ok(pair)
    }
}

#[model(input = ([4], [3]), new(), check = "strict")]
struct TakenApart {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl TakenApart {
    fn call(&self, views: &Views, training: bool) -> Scores {
        let Views { deep, .. } = views;
        if training {
            return Scores {
                class: deep.relu(),
                size: self.dense(&views.wide),
            };
        }
        let scores = Scores {
            size: self.dense(&views.wide),
            class: deep.clone(),
        };
        scores
    }
}

/// A struct that is not all tensors takes a number of them that only it knows.
#[derive(Clone, Tensors)]
pub struct Nested {
    pub views: Views,
    pub list: Vec<Tensor>,
}

#[model(input = ([4], [3], [5]), new())]
struct OfNested {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl OfNested {
    fn call(&self, x: Nested) -> Nested {
        let list = x.list.iter().map(|y| self.dense(y)).collect();
        Nested {
            list,
            views: x.views,
        }
    }
}

pub fn main() {
    assert_eq!(ByName::OUTPUT.to_string(), "([10], [1])");
    assert_eq!(ByPattern::OUTPUT.to_string(), "([2], [3])");
    assert_eq!(TakenApart::OUTPUT.to_string(), "([3], [2])");
    assert_eq!(OfNested::OUTPUT.to_string(), "(_, _)");
    let views = Views {
        wide: Tensor::ones([2, 4]),
        deep: Tensor::ones([2, 3]),
    };
    let scores = ByName::new().call(&views, false);
    assert_eq!(
        (&scores.class.shape()[..], &scores.size.shape()[..]),
        (&[2, 10][..], &[2, 1][..])
    );
    let Pair(first, second) = ByPattern::new().call(&views, false);
    assert_eq!((first.shape()[1], second.shape()[1]), (2, 3));
    let scores = TakenApart::new().call(&views, true);
    assert_eq!((scores.class.shape()[1], scores.size.shape()[1]), (3, 2));
    let nested = Nested {
        views,
        list: vec![Tensor::ones([2, 5])],
    };
    assert_eq!(OfNested::new().call(nested, false).list[0].shape()[1], 2);
}
