namespace XenKube.Tests.Support;

/// <summary>
/// Tests that try many cases have two forms: a short one in every run, and a long one by hand, with <c>XENKUBE_LONG=1</c>. Seeds are the same
/// in both, so that what the short form finds is found again.
/// </summary>
internal static class LongRun
{
    /// <summary>True where the long form is asked for.</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("XENKUBE_LONG") == "1";

    /// <summary>How many cases are tried.</summary>
    /// <param name="ordinary">In every run.</param>
    /// <param name="whole">In the long form.</param>
    public static int Count(int ordinary, int whole) => IsAsked ? whole : ordinary;
}
