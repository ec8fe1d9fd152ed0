using System.Text.RegularExpressions;

namespace XenKube.Guests;

/// <summary>What messages on a guest's console mean, for those that are known.</summary>
/// <param name="Line">The line that says so.</param>
/// <param name="Meaning">What it means, in a clause.</param>
internal sealed partial record ConsoleFinding(string Line, string Meaning)
{
    /// <summary>The first trouble on the console that explains why a guest does not come up; null for none that is known.</summary>
    /// <param name="lines">The lines of one start.</param>
    public static ConsoleFinding? Find(IReadOnlyList<string> lines)
    {
        // The first trouble has led to the others: a missing lease comes before the config that could not be fetched.
        foreach (var line in lines)
        {
            if (MeaningIn(line) is { } meaning)
            {
                return new ConsoleFinding(line, meaning);
            }
        }
        return null;
    }

    private static string? MeaningOf(string line) =>
        Has(line, "invalid magic number") || Has(line, "invalid arch-dependent ELF magic")
            ? "the guest's GRUB cannot start the kernel: the file is damaged, or not a kernel"
        : Has(line, "error: you need to load the kernel first") ? "the guest's GRUB has loaded no kernel"
        : Has(line, "error: unknown filesystem") ? "the guest's GRUB cannot read a file system of its disk"
        : Has(line, "error: file `") || Has(line, "error: no such partition") || Has(line, "error: no such device")
        ? "the guest's GRUB does not find what it is told to load"
        : Has(line, "grub rescue>") || line.TrimStart().StartsWith("grub>", StringComparison.Ordinal)
        ? "the guest's GRUB has found no configuration and waits for commands"
        : Has(line, "Unable to mount root fs") || Has(line, "Cannot open root device") ? "the kernel does not find its root file system"
        : Has(line, "Kernel panic - not syncing") ? "the kernel has stopped (a kernel panic)"
        : Has(line, "No lease, failing") || Has(line, "no lease, failing") || NoLease().IsMatch(line)
        ? "no DHCP server has offered the guest an address: dnsmasq does not run, or the guest is on another bridge"
        : IgnitionLine().IsMatch(line) ? IgnitionMeaning(line)
        : Has(line, "Dependency failed for Ignition") || Has(line, "Failed to start Ignition")
        ? "Ignition has failed; the lines before it say why"
        : Has(line, "You are in emergency mode") || Has(line, "Entering emergency mode")
        ? "the start has failed, and the guest waits for a person"
        : Has(line, "Out of memory: Kill") ? "the guest has too little memory"
        : null;

    private static string? MeaningIn(string line) => line.Length > 4096 ? null : MeaningOf(line);

    private static string? IgnitionMeaning(string line) =>
        Has(line, "404") || Has(line, "Not Found") ? "Ignition did not find its config: it is not published at that address"
        : Has(line, "connection refused") ? "Ignition reached dom0, and nothing serves configs there"
        : Has(line, "no route to host") || Has(line, "network is unreachable") || Has(line, "i/o timeout")
        || Has(line, "deadline exceeded")
        ? "Ignition does not reach the server of its config: the network, the address or a firewall is in the way"
        : Has(line, "config is not valid") || Has(line, "invalid config") || Has(line, "failed to parse config")
        || Has(line, "error at line") ? "Ignition refuses its config as not valid"
        : Has(line, "CRITICAL") || Has(line, "failed") ? "Ignition has failed" : null;

    private static bool Has(string line, string text) => line.Contains(text, StringComparison.Ordinal);

    [GeneratedRegex(@"DHCP\w*.{0,40}(timed out|no offer|failed)|no DHCP ?OFFERS", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        PatternLimit.Milliseconds)]
    private static partial Regex NoLease();

    [GeneratedRegex(@"\bignition(\[\d+\])?:", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, PatternLimit.Milliseconds)]
    private static partial Regex IgnitionLine();

    /// <inheritdoc/>
    public override string ToString() => $"{Meaning} ('{Printable.Of(Line)}')";
}
