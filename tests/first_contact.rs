//! Lines as people type them who come from NumPy, Keras, PyTorch and Rust: all compile, and give what they would give there.

use nn::prelude::*;

fn values(t: &Tensor) -> Vec<f64> {
    t.cast(DType::F64).to_vec::<f64>().unwrap()
}

#[test]
fn numbers_become_tensors() {
    // Of every number type, nested lists of any kind, by value and by reference.
    assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).shape(), [2, 2]);
    assert_eq!(values(&Tensor::from([0, 1, 2])), [0.0, 1.0, 2.0]);
    assert_eq!(values(&Tensor::from(vec![1_u32, 2])), [1.0, 2.0]);
    assert_eq!(values(&Tensor::from(vec![1_usize, 2])), [1.0, 2.0]);
    assert_eq!(values(&Tensor::from(vec![1_i32, -2])), [1.0, -2.0]);
    assert_eq!(values(&Tensor::from([1_u8, 2])), [1.0, 2.0]);
    assert_eq!(
        Tensor::from(vec![vec![1.0_f32, 2.0], vec![3.0, 4.0]]).shape(),
        [2, 2]
    );
    let rows: Vec<[f32; 2]> = vec![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(Tensor::from(&rows).shape(), [3, 2]);
    assert_eq!(Tensor::from(&rows[..2]).shape(), [2, 2]);
    let row = [1.0_f32, 2.0, 3.0];
    assert_eq!(Tensor::from(&row).shape(), [3]);
    assert_eq!(Tensor::from(&row[..]).shape(), [3]);
    let list = vec![1.0_f32, 2.0];
    assert_eq!(Tensor::from(&list).shape(), [2]);
    assert_eq!(Tensor::from(3.0).item::<f64>().unwrap(), 3.0);
    assert!(Tensor::from(true).item::<bool>().unwrap());
    let collected: Tensor = (0..4).map(|i| i as f32).collect();
    assert_eq!(values(&collected), [0.0, 1.0, 2.0, 3.0]);
    let total: Tensor = [Tensor::ones([2]), Tensor::ones([2])].into_iter().sum();
    assert_eq!(values(&total), [2.0, 2.0]);
    let ragged = Tensor::from(vec![vec![1.0_f32], vec![1.0, 2.0]]);
    assert!(ragged.error().is_some());
}

#[test]
fn arithmetic_takes_numbers_on_either_side() {
    let x = Tensor::from([1.0_f32, 2.0, 4.0]);
    assert_eq!(values(&(2.0 * &x + 1)), [3.0, 5.0, 9.0]);
    assert_eq!(values(&(1 - &x)), [0.0, -1.0, -3.0]);
    assert_eq!(values(&(8 / &x)), [8.0, 4.0, 2.0]);
    assert_eq!(values(&(&x * 2.0_f32)), [2.0, 4.0, 8.0]);
    assert_eq!(values(&(&x * 2_i32)), [2.0, 4.0, 8.0]);
    assert_eq!(values(&(&x + 1_usize)), [2.0, 3.0, 5.0]);
    let mut y = x.clone();
    y += 1.0;
    y *= &x;
    y -= &x;
    y /= 2;
    assert_eq!(values(&y), [0.5, 2.0, 8.0]);
    assert_eq!(values(&-&x), [-1.0, -2.0, -4.0]);
    assert_eq!(values(&(&x % 3.0)), [1.0, 2.0, 1.0]);
    assert_eq!(values(&(Tensor::from([-7_i64]) % 3)), [2.0]); // as in Python
    let big = x.greater(1.5);
    assert_eq!(values(&(!&big)), [1.0, 0.0, 0.0]);
    assert_eq!(values(&(&big & x.less(3.0))), [0.0, 1.0, 0.0]);
    assert_eq!(values(&(&big | x.less(3.0))), [1.0, 1.0, 1.0]);
    assert_eq!(values(&(&big ^ x.less(3.0))), [1.0, 0.0, 1.0]);
    assert_eq!(values(&(Tensor::from([6_i64]) & 3)), [2.0]);
}

#[test]
fn shapes_are_said_as_anywhere() {
    let x = Tensor::arange(12);
    assert_eq!(x.reshape([3, 4]).shape(), [3, 4]);
    assert_eq!(x.reshape([-1, 3]).shape(), [4, 3]);
    assert_eq!(x.reshape(vec![2, 6]).shape(), [2, 6]);
    assert_eq!(x.reshape([3, 4]).t().shape(), [4, 3]);
    assert_eq!(x.reshape([3, 4]).slice(1..).shape(), [2, 4]);
    assert_eq!(x.reshape([3, 4]).slice_axis(1, 1..3).shape(), [3, 2]);
    assert_eq!(x.reshape([3, 4]).index_axis(0, -1).shape(), [4]);
    assert_eq!(x.reshape([3, 4]).sum_axis(0).shape(), [4]);
    assert_eq!(x.reshape([3, 4]).mean_axis(-1).shape(), [3]);
    assert_eq!(x.flatten().shape(), [12]);
    assert_eq!(x.expand_dims(0).shape(), [1, 12]);
    assert_eq!(x.expand_dims(0).squeeze(0).shape(), [12]);
    assert_eq!(concatenate([&x, &x], 0).shape(), [24]);
    assert_eq!(stack(&[x.clone(), x.clone()], 0).shape(), [2, 12]);
    assert_eq!(Tensor::zeros([2, 3]).shape().num_elements(), 6);
    let shape = Tensor::zeros([2, 3]).shape();
    assert_eq!(shape.rank(), 2);
    assert_eq!(shape[1], 3);
    assert_eq!(shape.iter().product::<usize>(), 6);
    let mut sum = 0;
    for dim in &shape {
        sum += dim;
    }
    assert_eq!(sum, 5);
}

#[test]
fn values_come_out() {
    let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(x.sum().item::<f32>().unwrap(), 10.0);
    assert_eq!(format!("{:.1}", x.mean().item::<f32>().unwrap()), "2.5");
    assert!(format!("{x:?}").contains("shape=[2, 2]"));
    assert!(x.clone().into_result().is_ok());
}

#[test]
fn a_model_is_made_trained_and_asked() {
    let x = Tensor::from([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]); // f64
    let y = Tensor::from([0, 1, 1, 0]); // i32
    let mut model = Sequential::new();
    model.push(Dense::new(8).activation(Activation::Tanh));
    model.push(Dense::new(2));
    assert_eq!(model.len(), 2);
    let mut model = model.compile(
        Compile::new(
            Adam::new(0.05),
            SparseCategoricalCrossentropy::from_logits(),
        )
        .metric(SparseCategoricalAccuracy::new()),
    );
    let history = model
        .fit((&x, &y), Fit::new().epochs(2).verbose(Verbose::Silent))
        .unwrap();
    assert_eq!(history.epochs(), 2);
    let p = model.predict(&x).unwrap();
    assert_eq!(p.shape(), [4, 2]);
    let bare = Sequential::new().add(Dense::new(3));
    assert_eq!(bare.predict(Tensor::ones([2, 4])).unwrap().shape(), [2, 3]);
    let scores = model.evaluate((&x, &y)).unwrap();
    assert!(scores["loss"].is_finite());
    for (name, value) in &scores {
        assert!(!name.is_empty() && value.is_finite());
    }
}

#[test]
fn settings_take_any_real_number() {
    let _ = Adam::new(1e-3_f32);
    let _ = SGD::new(0.1).momentum(0.9);
    let _ = Dense::new(3).kernel_regularizer(Regularizer::l2(0.01));
    let _ = Dense::new(3).kernel_initializer(Initializer::RandomNormal {
        mean: 0.0,
        stddev: 0.05,
    });
    let _ = Dropout::new(0.5);
}

#[test]
fn threads_share_models() {
    let model = Sequential::new()
        .add(Dense::new(3))
        .compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let model = std::sync::Arc::new(model);
    let shapes: Vec<Shape> = std::thread::scope(|s| {
        let threads: Vec<_> = (1..4)
            .map(|n| {
                let model = model.clone();
                s.spawn(move || model.predict(Tensor::ones([n, 4])).unwrap().shape())
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(shapes[2], [3, 3]);
}

#[test]
fn metrics_and_losses_go_by_keras_names() {
    let compile = || {
        Compile::new(Adam::new(1e-3), MeanSquaredError::new())
            .metric(MeanAbsoluteError::new())
            .metric(nn::metrics::RootMeanSquaredError::new())
    };
    let _ = Sequential::new().add(Dense::new(1)).compile(compile());
    let _ = Compile::new(Adam::new(1e-3), BinaryCrossentropy::new()).metric(AUC::new());
}

#[test]
fn gradients_as_in_tensorflow() -> nn::Result<()> {
    let x = Tensor::from([3.0_f32]);
    let tape = GradientTape::new();
    tape.watch(&x);
    let y = (&x * &x).sum();
    assert_eq!(tape.gradient(&y, &x)?.to_vec::<f32>()?, [6.0]);
    nn::set_seed(7);
    let a = Tensor::random_normal([3]).to_vec::<f32>()?;
    nn::set_seed(7);
    assert_eq!(a, Tensor::random_normal([3]).to_vec::<f32>()?);
    Ok(())
}

#[test]
fn settings_are_words_and_defaults_those_of_keras() {
    assert_eq!("same".parse::<Padding>().unwrap(), Padding::Same);
    assert_eq!("relu".parse::<Activation>().unwrap().to_string(), "relu");
    let initializer: Initializer = "he_normal".parse().unwrap();
    assert_eq!(initializer, Initializer::HeNormal);
    let e = "rleu".parse::<Activation>().unwrap_err().to_string();
    assert!(e.contains("`rleu` is no Activation"), "{e}");
    let pool = MaxPooling2D::default();
    assert_eq!(
        pool.forward(Tensor::ones([1, 4, 4, 1])).shape(),
        [1, 2, 2, 1]
    );
    let padded = ZeroPadding2D::default().forward(Tensor::ones([1, 2, 2, 1]));
    assert_eq!(padded.shape(), [1, 4, 4, 1]);
    let shown = format!("{:?}", Adam::new(1e-3));
    assert!(shown.starts_with("Adam {"), "{shown}");
}

#[test]
fn small_numbers_and_truth_values_stand_beside_tensors() {
    let mut x = Tensor::from([5.0_f32, -7.0]);
    assert_eq!(values(&(&x * 2_u8)), [10.0, -14.0]);
    assert_eq!(values(&(&x + 1_isize)), [6.0, -6.0]);
    assert_eq!(values(&(7.0 % &x)), [2.0, 0.0]);
    x %= 3.0;
    assert_eq!(values(&x), [2.0, 2.0]);
    let (mut is, whole) = (Tensor::from([true, false]), Tensor::from([6_i64, 3]));
    assert_eq!(values(&(true & &is)), [1.0, 0.0]);
    is |= Tensor::from([false, true]);
    assert_eq!(values(&is), [1.0, 1.0]);
    assert_eq!(values(&(3 & &whole)), [2.0, 3.0]);
    assert_eq!(values(&Tensor::linspace(0.0, 1.0, 3)), [0.0, 0.5, 1.0]);
}

#[test]
fn the_similarity_of_equal_vectors_is_one_as_a_metric() {
    let mut model = Sequential::new().add(Identity::new()).compile(
        Compile::new(SGD::new(0.1), CosineSimilarity::new()).metric(CosineSimilarity::new()),
    );
    let x = Tensor::from([[1.0_f32, 2.0], [3.0, 1.0]]);
    let scores = model.evaluate((&x, &x)).unwrap();
    assert!(
        (scores.get("loss").unwrap() + 1.0).abs() < 1e-6,
        "{scores:?}"
    );
    let similarity = scores.get("cosine_similarity").unwrap();
    assert!((similarity - 1.0).abs() < 1e-6, "{scores:?}");
}

#[test]
fn models_take_numbers_as_they_are() {
    let net = Sequential::new()
        .add(Dense::new(4).activation(Activation::Tanh))
        .add(Dense::new(1));
    let mut model = net.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let fit = || Fit::new().epochs(2).batch_size(4).verbose(Verbose::Silent);
    let rows: Vec<Vec<f64>> = (0..8).map(|i| vec![i as f64 / 8.0, 1.0]).collect();
    let targets: Vec<f32> = (0..8).map(|i| i as f32).collect();
    let columns: Vec<[f32; 1]> = targets.iter().map(|&y| [y]).collect();
    model.fit((&rows, &columns), fit()).unwrap();
    model.fit((rows.clone(), columns.clone()), fit()).unwrap();
    model.fit((&rows[..4], &columns[..4]), fit()).unwrap();
    model
        .fit(([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]]), fit())
        .unwrap();
    let weights = vec![0.5; 8];
    model.fit((&rows, &columns, weights), fit()).unwrap();
    let of_tensors = (Tensor::from(&rows).cast(DType::F32), Tensor::from(&columns));
    let loss = |scores: Scores| scores["loss"];
    assert_eq!(
        loss(model.evaluate((&rows, &columns)).unwrap()),
        loss(model.evaluate(of_tensors).unwrap())
    );
    let expected = values(&model.predict(Tensor::from(&rows)).unwrap());
    assert_eq!(values(&model.predict(&rows).unwrap()), expected);
    assert_eq!(values(&model.predict(&rows[..]).unwrap()), expected);
    assert_eq!(model.predict([[0.5, 1.0]]).unwrap().shape(), [1, 1]);
    let ragged = [vec![1.0, 2.0], vec![3.0]];
    let e = model.fit((&ragged, [[1.0], [0.0]]), fit()).unwrap_err();
    assert!(
        e.to_string()
            .contains("found 2 values in row 0 and 1 in row 1"),
        "{e}"
    );
}

#[cfg(feature = "ndarray")]
#[test]
fn models_take_arrays() {
    use nn::ndarray::{Array1, Array2};
    let mut model = Sequential::new()
        .add(Dense::new(3).activation(Activation::Softmax))
        .compile(Compile::new(
            SGD::new(0.1),
            SparseCategoricalCrossentropy::new(),
        ));
    let x = Array2::from_shape_fn((6, 2), |(i, j)| (i + j) as f64);
    let y: Array1<i32> = (0..6).map(|i| i % 3).collect();
    let fit = Fit::new().verbose(Verbose::Silent);
    model.fit((&x, &y), fit).unwrap();
    assert_eq!(model.predict(x.view()).unwrap().shape(), [6, 3]);
    assert_eq!(model.predict(&x).unwrap().shape(), [6, 3]);
    model.evaluate((x, y)).unwrap();
}

#[test]
fn an_axis_may_be_left_out_and_whole_numbers_are_numbers() {
    let x = Tensor::from([[3, 1, 2], [6, 5, 4]]);
    assert_eq!(values(&x.argmax(None)), [3.0]);
    assert_eq!(values(&x.argmin(-1)), [1.0, 2.0]);
    assert_eq!(values(&x.cumsum(None)), [3.0, 4.0, 6.0, 12.0, 17.0, 21.0]);
    assert_eq!(values(&x.sort(None, false)), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(values(&x.take(&Tensor::from([-1, 0]), None)), [4.0, 3.0]);
    assert_eq!(x.expand_dims(0).squeeze(None).shape(), [2, 3]);
    assert_eq!(values(&x.flip(None)), [4.0, 5.0, 6.0, 2.0, 1.0, 3.0]);
    assert_eq!(x.sin().dtype(), DType::F32);
    assert_eq!(values(&x.square().sqrt()), values(&x));
    assert_eq!(values(&x.matmul(x.t())), [14.0, 31.0, 31.0, 77.0]);
    assert_eq!(values(&x.clip(2, 5)), [3.0, 2.0, 2.0, 5.0, 5.0, 4.0]);
    let e = x.var_axis(9).into_result().unwrap_err().to_string();
    assert!(
        e.contains("in `var`") && e.contains("first_contact.rs"),
        "{e}"
    );
}
