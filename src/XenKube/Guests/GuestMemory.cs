namespace XenKube.Commands.Guests;

/// <summary>Memory as a person types it.</summary>
internal static class GuestMemory
{
    private const long OneMiB = 1 << 20, LeastBytes = 1_000_000;

    /// <summary>MiB, as xl counts; a number below a million is in MiB already, since no guest has so few bytes.</summary>
    /// <param name="memory">The number; null for none.</param>
    public static int? ToMiB(long? memory) => memory is not { } number
        ? null : (int)Math.Min(int.MaxValue, number >= LeastBytes ? number / OneMiB : number);
}
