/** Why a WebGPU device failed: it says so itself, elsewhere than its calls do. */
import { messageOf, UnsupportedError } from '../../base/errors.ts';
import { answerWithin } from './answer.ts';

/** What of GPUDevice tells of its loss. */
export interface LosableDevice {
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
}

/** Longest wait for a device to say that it is lost, in milliseconds. */
const LOSS_TIMEOUT_MS = 100;

/** The error of a call of `device` that failed with `error`: the device's own word, if it is lost, else that of the error. */
export async function failureOf(
  { lost }: LosableDevice,
  error: unknown,
): Promise<UnsupportedError> {
  const loss = await answerWithin(LOSS_TIMEOUT_MS, lost).catch(() => null);
  if (loss === null) return new UnsupportedError('gpu', messageOf(error));
  const message = loss.message === '' ? '' : `: ${loss.message}`;
  return new UnsupportedError('gpu', `the device was lost (${loss.reason ?? 'unknown'})${message}`);
}
