//! Data to train on in structs of one's own and in maps, as `call` takes and gives them.

use nn::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Tensors)]
struct Views {
    wide: Tensor,
    deep: Tensor,
}

#[derive(Clone, Tensors)]
struct Scores {
    mean: Tensor,
    size: Tensor,
}

#[model(input = ([4], [3]), new())]
struct Net {
    #[layer(2)]
    wide: Dense,
    #[layer(1)]
    deep: Dense,
}

#[model]
impl Net {
    fn call(&self, views: Views) -> Scores {
        Scores {
            size: self.deep(&views.deep),
            mean: self.wide(views.wide),
        }
    }
}

#[test]
fn structs_are_data() {
    let mut model = Net::new().compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let views = Views {
        wide: Tensor::ones([8, 4]),
        deep: Tensor::ones([8, 3]),
    };
    let scores = Scores {
        mean: Tensor::ones([8, 2]),
        size: Tensor::ones([8, 1]),
    };
    let fit = Fit::new().epochs(2).verbose(Verbose::Silent);
    let history = model.fit((&views, &scores), fit).unwrap();
    assert!(history["mean_loss"][1] < history["mean_loss"][0]);
    let by_tuple = ((&views.wide, &views.deep), (&scores.mean, &scores.size));
    assert_eq!(
        model.evaluate((views.clone(), scores.clone())).unwrap()["loss"],
        model.evaluate(by_tuple).unwrap()["loss"]
    );
    assert_eq!(model.predict(views).unwrap().size.shape(), [8, 1]);
}

#[model]
struct Named {
    dense: Dense,
}

#[model]
impl Named {
    fn call(&self, x: BTreeMap<String, Tensor>) -> Tensor {
        self.dense(&x["a"]) + &x["b"]
    }
}

#[test]
fn maps_are_data() {
    let model = Named {
        dense: Dense::new(2),
    };
    let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let x = BTreeMap::from([
        ("a".to_string(), Tensor::ones([8, 4])),
        ("b".to_string(), Tensor::ones([8, 2])),
    ]);
    let fit = Fit::new().epochs(2).verbose(Verbose::Silent);
    let history = model.fit((&x, Tensor::zeros([8, 2])), fit);
    assert!(history.unwrap()["loss"][1].is_finite());
    let error = model.predict(&x).map(|y| y.shape());
    assert_eq!(error.unwrap(), [8, 2]);
}
