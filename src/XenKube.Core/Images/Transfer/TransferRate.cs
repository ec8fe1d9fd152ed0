using System.Diagnostics;
using System.Globalization;

namespace XenKube.Images.Transfer;

/// <summary>Ends a transfer that drips: bytes keep coming, too few for it to end one day.</summary>
/// <param name="policy">How slow is too slow.</param>
internal sealed class TransferRate(RetryPolicy policy)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _count;

    /// <summary>Counts bytes that came.</summary>
    /// <param name="bytes">How many.</param>
    /// <exception cref="TransferBrokenException">Too few came in the last window of time.</exception>
    public void Add(int bytes)
    {
        _count += bytes;
        if (_watch.Elapsed < policy.RateWindow)
        {
            return;
        }
        var rate = _count / _watch.Elapsed.TotalSeconds;
        if (rate < policy.SlowestRate)
        {
            throw new TransferBrokenException(string.Create(CultureInfo.InvariantCulture,
                $"the server sends {rate:0} bytes in a second, fewer than {policy.SlowestRate}")) { IsSlow = true };
        }
        _count = 0;
        _watch.Restart();
    }
}
