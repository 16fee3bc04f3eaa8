//! Lines as people type them who come from NumPy, Keras, PyTorch and Rust: all compile, and give what they would give there.

// References that are not needed and types that are long, as people write them.
#![allow(clippy::needless_borrows_for_generic_args, clippy::type_complexity)]

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
    assert_eq!(values(&x.sort_axis(None)), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
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

#[test]
fn the_defaults_of_keras_need_not_be_written() {
    let x = Tensor::from([[4.0, 2.0], [2.0, 5.0]]);
    assert_eq!(values(&x.trace()), [9.0]);
    assert_eq!(values(&x.diagonal()), [4.0, 5.0]);
    assert_eq!(values(&x.diagonal_with(1, 0, 1)), [2.0]);
    assert_eq!(values(&x.cholesky()), [2.0, 0.0, 1.0, 2.0]);
    assert_eq!(values(&x.cholesky_with(true)), [2.0, 1.0, 0.0, 2.0]);
    let near = |a: &Tensor, b: &Tensor| {
        let near = a.allclose_with(b, 1e-6, 1e-6, false);
        near.item::<bool>().unwrap()
    };
    let (q, r) = x.qr();
    assert!(near(&q.matmul(r), &x));
    let (u, s, vt) = x.svd();
    assert!(near(&(u * s).matmul(vt), &x));
    assert_eq!(values(&x.sort()), [2.0, 4.0, 2.0, 5.0]);
    assert_eq!(values(&x.sort_axis(0)), [2.0, 2.0, 4.0, 5.0]);
    assert_eq!(values(&x.sort_with(-1, true)), [4.0, 2.0, 5.0, 2.0]);
    assert_eq!(values(&x.argsort()), [1.0, 0.0, 0.0, 1.0]);
    assert!(x.allclose(&x).item::<bool>().unwrap());
    assert_eq!(values(&x.tril()), [4.0, 0.0, 2.0, 5.0]);
    assert_eq!(values(&x.triu_with(1)), [0.0, 2.0, 0.0, 0.0]);
    assert_eq!(values(&x.diff()), [-2.0, 3.0]);
    assert_eq!(values(&Tensor::from([-1.0]).leaky_relu_with(0.1)), [-0.1]);
    let grid = nn::ops::meshgrid([Tensor::arange(2), Tensor::arange(3)]);
    assert_eq!(grid[0].shape(), [3, 2]);
    let (real, _) = nn::ops::rfft(&Tensor::from([1.0, 2.0, 3.0, 4.0]));
    assert_eq!(values(&real.round()), [10.0, -2.0, -2.0]);
    let (real, imaginary) = nn::ops::stft(&Tensor::ones([16]), 4, 2, 4);
    assert_eq!(nn::ops::istft(&real, &imaginary, 4, 2, 4).shape(), [16]);
    let images = Tensor::zeros([2, 6, 4, 3]);
    assert_eq!(images.rearrange("b h w c -> b (h w) c").shape(), [2, 24, 3]);
}

// What follows is sorted by where its author comes from.

#[test]
fn from_numpy_tensors_are_made() -> nn::Result<()> {
    assert_eq!(Tensor::zeros(3).shape(), [3]);
    assert_eq!(Tensor::zeros(&[2, 3]).shape(), [2, 3]);
    assert_eq!(values(&Tensor::full([2], 7)), [7.0, 7.0]);
    assert_eq!(Tensor::full(2, 7).dtype(), DType::I64);
    assert_eq!(Tensor::full([2], 7.5_f32).dtype(), DType::F32);
    let rows = Tensor::full([2, 2], [1.0, 2.0]);
    assert_eq!(values(&rows), [1.0, 2.0, 1.0, 2.0]);
    assert_eq!(values(&Tensor::eye(2)), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(values(&Tensor::linspace(0, 1, 3)), [0.0, 0.5, 1.0]);
    let flat = Tensor::from_vec(vec![1.0, 2.0, 3.0, 4.0], [2, 2]);
    assert_eq!(flat.shape(), [2, 2]);
    let a: Tensor = vec![1.0, 2.0].into();
    let b: Tensor = [1, 2, 3].into();
    assert_eq!((a.dtype(), b.dtype()), (DType::F64, DType::I64));
    let like = Tensor::zeros_like(&flat);
    assert_eq!((like.dtype(), like.shape()), (DType::F64, flat.shape()));
    assert_eq!(flat.full_like(3.0).sum().item::<f64>()?, 12.0);
    let draws = nn::random::randint([100], 0, 10);
    assert!(draws.less(10).all().item::<bool>()?);
    let spread = nn::random::normal([1000], 5.0, 0.1, DType::F64);
    assert!((spread.mean().item::<f64>()? - 5.0).abs() < 0.1);
    assert_eq!(Tensor::random_uniform([2, 3]).shape(), [2, 3]);
    Ok(())
}

#[test]
fn from_numpy_shapes_change() {
    let a = Tensor::arange(6).reshape([2, 3]);
    assert_eq!(a.reshape(-1).shape(), [6]);
    assert_eq!(a.reshape(6).shape(), [6]);
    assert_eq!(a.reshape(&[3, 2]).shape(), [3, 2]);
    assert_eq!(a.reshape(&[-1, 2]).shape(), [3, 2]);
    assert_eq!(a.reshape([a.shape()[0], 3]).shape(), [2, 3]);
    assert_eq!(a.reshape([a.shape()[0] as isize, -1]).shape(), [2, 3]);
    assert_eq!(a.transpose([1, 0]).shape(), [3, 2]);
    assert_eq!(a.expand_dims(-1).moveaxis(-1, 0).shape(), [1, 2, 3]);
    assert_eq!(a.expand_dims(0).moveaxis([0, 1], [1, 0]).shape(), [2, 1, 3]);
    assert_eq!(a.swapaxes(0, 1).shape(), [3, 2]);
    assert_eq!(a.tile([2, 1]).shape(), [4, 3]);
    assert_eq!(a.repeat(2, 0).shape(), [4, 3]);
    assert_eq!(values(&a.flip(1).slice(..1)), [2.0, 1.0, 0.0]);
    assert_eq!(values(&a.roll(1, 1).slice(..1)), [2.0, 0.0, 1.0]);
    let parts = a.split(3, 1);
    assert_eq!((parts.len(), parts[0].shape()), (3, [2, 1].into()));
    assert_eq!(nn::ops::vstack([&a, &a]).shape(), [4, 3]);
    assert_eq!(nn::ops::hstack(&[a.clone(), a.clone()]).shape(), [2, 6]);
    assert_eq!(concatenate(vec![&a, &a], -1).shape(), [2, 6]);
    assert_eq!(values(&a.take(&Tensor::from([1, 1]), 0)).len(), 6);
    assert_eq!(values(&a.diagonal()), [0.0, 4.0]);
    let (rows, columns) = (a.shape()[0], a.shape()[1]);
    assert_eq!(rows * columns, 6);
    let rows: Vec<Tensor> = a.unstack(0);
    assert_eq!(values(&rows[1]), [3.0, 4.0, 5.0]);
}

#[test]
fn from_numpy_numbers_are_reduced() -> nn::Result<()> {
    let a = Tensor::from([[3, 1, 2], [6, 5, 4]]);
    assert_eq!(a.sum_axes([0, 1], true).shape(), [1, 1]);
    let best = a.argmax_keepdims(1);
    assert_eq!(best.shape(), [2, 1]);
    assert_eq!(values(&a.take_along_axis(&best, 1)), [3.0, 6.0]);
    let flat = Tensor::from([5, 0]);
    assert_eq!(values(&a.take_along_axis(&flat, None)), [4.0, 3.0]);
    let p = a.softmax(-1);
    assert_eq!((p.dtype(), p.shape()), (DType::F32, a.shape()));
    assert_eq!(Tensor::from([3, 4]).norm().item::<f32>()?, 5.0);
    assert!((Tensor::from([0, 0]).logsumexp().item::<f32>()? - 2.0_f32.ln()).abs() < 1e-6);
    let money = Tensor::from([1.234, 5.678]).round_decimals(1);
    assert_eq!(money.to_vec::<f64>()?, [1.2, 5.7]);
    let m: f64 = Tensor::from([1.0, 3.0]).mean().item()?;
    assert_eq!(m, 2.0);
    assert_eq!(Tensor::from([1.0, 3.0]).std().item::<f64>()?, 1.0);
    let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let centered = &x - x.mean_axes([1], true);
    assert_eq!(values(&centered), [-0.5, 0.5, -0.5, 0.5]);
    assert_eq!(values(&x.dot(&x)), values(&x.matmul(&x)));
    assert_eq!(
        values(&einsum("ij,jk->ik", [&x, &x])),
        values(&x.matmul(&x))
    );
    assert!(
        ((x.inv().matmul(&x) - Tensor::eye(2))
            .abs()
            .max()
            .item::<f64>()?)
            < 1e-12
    );
    assert_eq!(values(&x.pow(2)), [1.0, 4.0, 9.0, 16.0]);
    assert_eq!(values(&x.pow(0.5).square().round()), values(&x));
    assert_eq!(
        values(&where_(x.greater(2.0), &x, 0.0)),
        [0.0, 0.0, 3.0, 4.0]
    );
    assert_eq!(values(&x.maximum(2.0)), [2.0, 2.0, 3.0, 4.0]);
    assert_eq!(values(&Tensor::from([3, 1, 2]).sort()), [1.0, 2.0, 3.0]);
    assert!(Tensor::from([1.0, f64::NAN]).isnan().any().item::<bool>()?);
    assert!(x.equal(&x).all().item::<bool>()?);
    println!("{x} {x:?} {} {}", x.shape(), x.dtype());
    Ok(())
}

fn data() -> (Tensor, Tensor) {
    let x = Tensor::linspace(0.0, 1.0, 16).reshape([8, 2]);
    let y = x.sum_axes([-1], true);
    (x, y)
}

fn compiled() -> Compiled<Sequential> {
    let net = Sequential::new()
        .add(Dense::new(4).activation(Activation::Tanh))
        .add(Dense::new(1));
    net.compile(Compile::new(Adam::default(), MeanSquaredError::new()))
}

fn quiet() -> Fit<'static> {
    Fit::new().verbose(Verbose::Silent)
}

#[test]
fn from_keras_layers_are_set() {
    let dense = Dense::new(4)
        .activation("gelu".parse().unwrap())
        .use_bias(false)
        .kernel_initializer(Initializer::HeNormal)
        .kernel_regularizer(Regularizer::l1_l2(0.01, 0.02));
    let mut net = Sequential::new();
    net.push(Flatten::new());
    net.push(dense);
    for units in [8, 4] {
        net.push(Dense::new(units).activation(Activation::Relu));
    }
    assert_eq!(
        net.predict(Tensor::ones([2, 3, 2])).unwrap().shape(),
        [2, 4]
    );
    for layer in &net {
        assert!(!format!("{layer:?}").is_empty());
    }
    let names: Vec<String> = net
        .parameters()
        .iter()
        .map(|p| p.name().to_string())
        .collect();
    assert_eq!(names, ["kernel", "kernel", "bias", "kernel", "bias"]);
    let conv = Conv2D::new(8, 3).padding(Padding::Same).strides(2);
    assert_eq!(
        conv.forward(Tensor::ones([1, 8, 8, 3])).shape(),
        [1, 4, 4, 8]
    );
    let tall = Conv2D::new(8, 3).kernel_size_by_side([3, 1]);
    assert_eq!(
        tall.forward(Tensor::ones([1, 8, 8, 3])).shape(),
        [1, 6, 8, 8]
    );
    let sequence = Embedding::new(100, 8)
        .mask_zero(true)
        .forward(Tensor::from([[1, 2, 0]]));
    let both = Bidirectional::new(LSTM::new(4)).forward(sequence);
    assert_eq!(both.shape(), [1, 8]);
    let _ = BatchNormalization::default().momentum(0.9);
    let _ = MultiHeadAttention::new(2, 4);
    assert_eq!(
        values(&Tensor::from([0, 1]).one_hot(2)),
        [1.0, 0.0, 0.0, 1.0]
    );
    let _ = (
        SGD::new(0.1).momentum(0.9).nesterov(true),
        Adam::new(1e-3).clipnorm(1.0),
    );
    let _ = Adam::new(CosineDecay::new(1e-3, 100.0)).weight_decay(0.01);
    let _ = CategoricalCrossentropy::from_logits().label_smoothing(0.1);
}

#[test]
fn from_keras_functional_models() -> nn::Result<()> {
    let (left, right) = (Input::new([4]), Input::new(4));
    let both = Concatenate::new().on((&left, &right));
    assert_eq!(Add::new().on([&left, &right]).shape(), left.shape());
    let hidden = Dense::new(8).activation(Activation::Relu).on(&both);
    let out = Dense::new(8).on(&hidden) + &hidden;
    let model: Functional<(Tensor, Tensor), Tensor> = Functional::new((left, right), out)?;
    let x = Tensor::ones([3, 4]);
    assert_eq!(model.predict((&x, &x))?.shape(), [3, 8]);
    Ok(())
}

#[test]
fn from_keras_training_and_saving() -> nn::Result<()> {
    let (x, y) = data();
    let mut model = compiled();
    let history = model.fit((&x, &y), quiet().epochs(3).batch_size(4).shuffle(false))?;
    let losses: &[f64] = &history["loss"];
    assert_eq!(
        (losses.len(), history.get("loss").and_then(|l| l.last())),
        (3, losses.last())
    );
    for (name, values) in &history {
        assert_eq!((name, values.len()), ("loss", 3));
    }
    model.fit((x.clone(), y.clone()), quiet().validation_data((&x, &y)))?;
    let callbacks = quiet()
        .validation_split(0.25)
        .callback(
            EarlyStopping::new("val_loss")
                .patience(3)
                .restore_best_weights(true),
        )
        .callback(ReduceLROnPlateau::new("loss").factor(0.5))
        .callback(LearningRateScheduler::new(|epoch, rate| {
            if epoch < 2 { rate } else { rate * 0.9 }
        }))
        .callback(TerminateOnNaN::new());
    model.fit((&x, &y), callbacks)?;
    let labels = (Tensor::arange(8) % 2).reshape([8, 1]);
    model.fit((&x, labels), quiet().class_weight([(0, 1.0), (1, 2.0)]))?;
    let scores = model.evaluate((&x, &y))?;
    assert_eq!(scores.get("loss"), Some(scores["loss"]));
    assert!(model.summary([2])?.to_string().contains("Total params: 17"));
    assert_eq!(model.count_params(), 17);
    let folder = std::env::temp_dir().join(format!("first_contact_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("model.safetensors");
    model.save(&path)?;
    let loaded = Compiled::<Sequential>::load(&path)?;
    assert_eq!(values(&loaded.predict(&x)?), values(&model.predict(&x)?));
    let copy = model.clone();
    assert_eq!(values(&copy.predict(&x)?), values(&model.predict(&x)?));
    std::fs::remove_dir_all(&folder)?;
    model.set_trainable(false);
    let loss = MeanSquaredError::new().call(&y, &y);
    assert_eq!(loss.item::<f32>()?, 0.0);
    Ok(())
}

#[test]
fn from_keras_losses_and_metrics_of_ones_own() -> nn::Result<()> {
    let (x, y) = data();
    let loss = |y_true: &Tensor, y_pred: &Tensor| (y_true - y_pred).abs().mean_axis(-1);
    let within = |y_true: &Tensor, y_pred: &Tensor| (y_true - y_pred).abs().less(10.0);
    let mut model = Sequential::new()
        .add(Dense::new(1))
        .compile(Compile::new(RMSprop::new(1e-3), loss).metric(MeanAbsoluteError::new()));
    model.fit((&x, &y), quiet())?;
    let scores = model.evaluate((&x, &y))?;
    assert!((scores["loss"] - scores["mean_absolute_error"]).abs() < 1e-6);
    assert!(within(&y, &model.predict(&x)?).all().item::<bool>()?);
    Ok(())
}

#[test]
fn from_pytorch_a_loop_by_hand() -> nn::Result<()> {
    let (x, y) = data();
    let net = Sequential::new()
        .add(Dense::new(8).activation(Activation::Relu))
        .add(Dense::new(1));
    let mut optimizer = Adam::new(1e-2);
    let criterion = MeanSquaredError::new();
    let dataset = Dataset::new(&x, &y)?;
    let mut last = f32::INFINITY;
    for epoch in 0..2 {
        for (inputs, targets) in dataset.batches(4).shuffle(epoch) {
            let tape = GradientTape::new();
            let loss = criterion.call(&targets, &net.call(inputs, true));
            let gradients = tape.gradient(&loss, &net)?;
            optimizer.apply(&net, &gradients)?;
            last = loss.item()?;
        }
    }
    assert!(last.is_finite());
    let frozen = no_gradient(|| net.forward(&x));
    assert_eq!(frozen.stop_gradient().shape(), [8, 1]);
    let (best, places) = x.top_k(1);
    assert_eq!((best.shape(), places.dtype()), ([8, 1].into(), DType::I64));
    assert_eq!(x.relu().sigmoid().softmax(-1).shape(), [8, 2]);
    let total: usize = net
        .parameters()
        .iter()
        .map(|p| p.shape().num_elements())
        .sum();
    assert_eq!(total, 2 * 8 + 8 + 8 + 1);
    let (train, test) = dataset.split(0.75, 1);
    assert_eq!((train.len(), test.len()), (6, 2));
    Ok(())
}

#[test]
fn from_rust_errors_and_traits() -> Result<(), Box<dyn std::error::Error>> {
    fn total() -> Result<f32, Box<dyn std::error::Error>> {
        Ok(Tensor::ones([2]).sum().item::<f32>()?)
    }
    assert_eq!(total()?, 2.0);
    fn text() -> Result<Tensor, String> {
        let wrong = Tensor::ones([2]).reshape([3]);
        wrong.into_result().map_err(|e| e.to_string())
    }
    assert!(text().unwrap_err().contains("in `reshape`"));
    #[derive(Debug)]
    struct Mine(nn::Error);
    impl From<nn::Error> for Mine {
        fn from(error: nn::Error) -> Mine {
            Mine(error)
        }
    }
    fn mine() -> Result<(), Mine> {
        let _ = compiled().predict(Tensor::ones([2, 2, 2, 9]).reshape([7]))?;
        Ok(())
    }
    assert_eq!(mine().unwrap_err().0.kind(), nn::ErrorKind::Shape);
    let shared: Box<dyn std::error::Error + Send + Sync> = mine().unwrap_err().0.into();
    assert!(shared.to_string().contains("reshape"));
    let io = std::io::Error::other(mine().unwrap_err().0);
    assert!(io.to_string().contains("reshape"));

    fn positive(x: impl Into<Tensor>) -> Tensor {
        x.into().relu()
    }
    assert_eq!(values(&positive([1.0, -1.0])), [1.0, 0.0]);
    assert_eq!(values(&positive(vec![1, -1])), [1.0, 0.0]);
    let steps: Vec<Box<dyn Fn(&Tensor) -> Tensor>> =
        vec![Box::new(|x| x.relu()), Box::new(|x| x * 2.0)];
    let out = steps
        .iter()
        .fold(Tensor::from([-1.0, 2.0]), |x, step| step(&x));
    assert_eq!(values(&out), [0.0, 4.0]);
    fn count(model: &impl Model) -> usize {
        model.count_params()
    }
    assert_eq!(count(&Sequential::new().add(Identity::new())), 0);
    Ok(())
}

#[test]
fn from_rust_collections_and_patterns() -> nn::Result<()> {
    let all: Vec<Tensor> = (0..3).map(|i| Tensor::full([2], i as f32)).collect();
    assert_eq!(stack(&all, 0).shape(), [3, 2]);
    let sum: Tensor = all.iter().sum();
    assert_eq!(values(&sum), [3.0, 3.0]);
    let doubled: Tensor = [1.0_f32, 2.0].iter().map(|v| v * 2.0).collect();
    assert_eq!(values(&doubled), [2.0, 4.0]);
    let named = std::collections::HashMap::from([("a", sum.clone())]);
    assert!(format!("{named:?}").contains("shape=[2]"));
    let total: f32 = doubled.data::<f32>().iter().sum();
    assert_eq!(total, 6.0);
    let x = Tensor::ones([2, 3]);
    let [rows, columns] = x.shape()[..] else {
        panic!("a matrix")
    };
    assert_eq!((rows, columns), (2, 3));
    match x.shape().dims() {
        [2, n] => assert_eq!(*n, 3),
        _ => unreachable!(),
    }
    let shape: Shape = [2, 3].into();
    let sizes = vec![2, 3];
    for made in [
        Tensor::zeros(shape),
        Tensor::zeros(&shape),
        Tensor::zeros(&sizes),
        Tensor::zeros(&sizes[..]),
        Tensor::zeros(sizes.clone()),
    ] {
        assert_eq!(made.shape(), x.shape());
    }
    for (i, value) in x.to_vec::<f32>()?.into_iter().enumerate() {
        assert_eq!(value, 1.0, "{i}");
    }
    let missing = Tensor::from([1.0_f32]).item::<f64>().unwrap_or(f64::NAN);
    assert!(missing.is_nan());
    let count = Tensor::from([1, 2, 3]).sum().item::<i64>()? as usize;
    assert_eq!(count, 6);
    Ok(())
}

#[test]
fn from_rust_threads() -> nn::Result<()> {
    let (x, y) = data();
    let model = std::sync::Arc::new(std::sync::Mutex::new(compiled()));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (model, x, y) = (model.clone(), x.clone(), y.clone());
            std::thread::spawn(move || {
                model
                    .lock()
                    .unwrap()
                    .fit((x, y), quiet())
                    .map(|h| h.epochs())
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap()?, 1);
    }
    assert_eq!(model.lock().unwrap().predict(&x)?.shape(), [8, 1]);
    Ok(())
}
