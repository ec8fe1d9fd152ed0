namespace XenKube;

/// <summary>The longest spans that a person may ask for.</summary>
public static class SpanLimits
{
    /// <summary>The longest wait, in seconds: a day.</summary>
    public const int WaitSeconds = 86_400;

    /// <summary>The longest validity of a certificate, in days: about a hundred years.</summary>
    public const int ValidityDays = 36_500;
}
