//! Data to train on in structs of one's own, as `call` takes and gives them.

use nn::prelude::*;

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
