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

#[model]
struct Siamese {
    head: Dense,
}

#[model]
impl Siamese {
    fn call(&self, (a, b): (Tensor, Tensor)) -> (Tensor, Tensor, Tensor) {
        let (a, b) = (self.head(a), self.head(b));
        (a.clone(), b, a)
    }
}

/// Losses of one name would be averaged.
#[test]
fn outputs_of_one_layer_have_scores_of_their_own() {
    let losses =
        Compile::new(SGD::new(0.0), MeanSquaredError::new()).metric(MeanAbsoluteError::new());
    let mut model = Siamese {
        head: Dense::new(1).kernel_initializer(Initializer::Ones),
    }
    .compile(losses);
    let (a, b) = (Tensor::full([4, 1], 2.0), Tensor::full([4, 1], 3.0));
    let zeros = Tensor::zeros([4, 1]);
    let scores = model
        .train_on_batch((a, b), vec![zeros.clone(), zeros.clone(), zeros])
        .unwrap();
    let found: Vec<(&str, f64)> = scores.iter().collect();
    let expected = [
        ("loss", 17.0),
        ("head_loss", 4.0),
        ("head_1_loss", 9.0),
        ("head_2_loss", 4.0),
    ];
    assert_eq!(found[..4], expected);
    let expected = [
        "head_mean_absolute_error",
        "head_1_mean_absolute_error",
        "head_2_mean_absolute_error",
    ];
    assert_eq!(
        found[4..].iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        expected
    );
}
