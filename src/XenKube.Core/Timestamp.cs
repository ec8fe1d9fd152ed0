using System.Globalization;

namespace XenKube;

/// <summary>
/// Moments as text that people and scripts read alike: numbers in the order of ISO 8601, in the Gregorian calendar, whatever
/// calendar and culture the session has (the year 2017 is 2560 in th-TH).
/// </summary>
public static class Timestamp
{
    /// <summary>The day, such as <c>2017-11-30</c>.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Day(DateTime moment) => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Day and minute, such as <c>2017-11-30 11:44</c>.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Minute(DateTime moment) => moment.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Day and second, such as <c>2017-11-30 11:44:57</c>.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Second(DateTime moment) => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Day and second with the offset from UTC, such as <c>2017-11-30 17:14:57 +05:30</c>.</summary>
    /// <param name="moment">The moment, with its offset.</param>
    public static string Second(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    /// <summary>The second of the day without the day, such as <c>11:44:57</c>.</summary>
    /// <param name="moment">The moment; its own clock is shown.</param>
    public static string Clock(DateTime moment) => moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The moment as a web server's log writes it, such as <c>30/Nov/2017:17:14:57 +0530</c>.</summary>
    /// <param name="moment">The moment, with its offset.</param>
    public static string Log(DateTimeOffset moment) =>
        moment.ToString("dd/MMM/yyyy:HH:mm:ss ", CultureInfo.InvariantCulture)
            + moment.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
}
