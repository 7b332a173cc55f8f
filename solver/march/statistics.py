"""Statistics of series whose values are correlated in time: how well a mean is known, and how fast a flow meanders.

Integral time scale of a series with the autocorrelation rho (Bendat & Piersol, Random Data, 4th ed., sec. 8.2):

    T_i = integral of rho from 0 to infinity,    variance of the mean over T = 2 T_i sigma^2 / T

The sum over rho ends at the smallest lag of at least `SOKAL` times the scale found so far (Sokal, "Monte Carlo methods
in statistical mechanics", in DeWitt-Morette et al., Functional Integration, 1997, sec. 3): later lags are noise.

Batch means (Law & Kelton, Simulation Modeling and Analysis, sec. 9.5.3): the means over m equal batches, long against
the time scale, are nearly independent; the half-width of their mean is t(m - 1) s / sqrt(m).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

CONFIDENCE = 0.95
SOKAL = 5.0
FEWEST = 4  # values that a series needs
UPPER = 0.5 + 0.5 * CONFIDENCE


def evenly(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    """A series at as many equal steps, and the step (s), by linear interpolation; `times` must rise."""
    at, step = np.linspace(times[0], times[-1], len(times), retstep=True)
    return np.interp(at, times, values), float(step)


def integral_time_scale(values: np.ndarray, step: float) -> float:
    """Integral time scale of the series `values (n,)` at equal steps (s); half a step where nothing is correlated.

    A series shorter than some ten time scales gives too small a one.
    """
    moved = np.asarray(values, float) - np.mean(values)
    power = float(np.sum(moved**2))
    if len(moved) < FEWEST or power <= 0:
        return 0.5 * step
    size = 2 * len(moved)
    spectrum = np.abs(np.fft.rfft(moved, size)) ** 2
    rho = np.fft.irfft(spectrum, size)[: len(moved)] / power
    scales = np.cumsum(rho) - 0.5  # trapezoidal rule: half of rho(0) = 1
    enough = np.flatnonzero(np.arange(len(moved)) >= SOKAL * scales)
    last = int(enough[0]) if enough.size else len(moved) - 1
    return max(float(scales[last]), 0.5) * step


def half_width(spread: float, scale: float, duration: float) -> float:
    """Half-width of the mean of a series at 95 % confidence; infinite for less than two independent values.

    Args:
      spread: standard deviation of the series.
      scale: its integral time scale, s.
      duration: length of the series, s.
    """
    count = duration / max(2.0 * scale, 1e-12)
    if count < 2.0:
        return float("inf") if spread > 0 else 0.0
    return float(student.ppf(UPPER, count - 1.0) * spread / np.sqrt(count))


def batch_half_width(means: np.ndarray) -> np.ndarray:
    """Half-widths (...) at 95 % confidence of the mean of batch means (m, ...), m of at least 2."""
    count = len(means)
    return np.asarray(student.ppf(UPPER, count - 1) * np.std(means, axis=0, ddof=1) / np.sqrt(count))


def trend(means: np.ndarray) -> float:
    """Newer less older half of batch means (m,), m of at least 4; 0 where they do not differ at 95 % confidence.

    Student's two-sample test with pooled variance; of an odd number the middle one belongs to the older half.
    """
    older, newer = halves(means)
    degrees = len(means) - 2
    pooled = (np.sum((older - older.mean()) ** 2) + np.sum((newer - newer.mean()) ** 2)) / degrees
    sure = student.ppf(UPPER, degrees) * np.sqrt(pooled * (1 / len(older) + 1 / len(newer)))
    apart = float(newer.mean() - older.mean())
    return apart if abs(apart) > sure else 0.0


def halves(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The older and the newer half of batch means; of an odd number the middle one belongs to the older half."""
    middle = (len(means) + 1) // 2
    return means[:middle], means[middle:]
