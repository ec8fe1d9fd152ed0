using System.Globalization;

namespace XenKube.Parsing.OpenPgp;

/// <summary>OpenPGP data cannot be parsed.</summary>
public sealed class OpenPgpFormatException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="offset">Byte offset in the packets (after the armor is taken off), or in the text if the armor itself is
    /// broken.</param>
    /// <param name="reason">What is wrong there.</param>
    public OpenPgpFormatException(long offset, string reason)
        : base(string.Create(CultureInfo.InvariantCulture, $"byte {offset}: {reason}"))
    {
        Offset = offset;
        Reason = reason;
    }

    /// <summary>Where in the data.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }
}
