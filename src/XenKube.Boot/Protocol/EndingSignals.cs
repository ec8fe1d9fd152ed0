using System.Runtime.InteropServices;

namespace XenKube.Boot.Protocol;

/// <summary>
/// The signals by which libxl, or a person at the terminal, ends the program: what was begun is taken back before it ends.
/// </summary>
internal sealed class EndingSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _gate = new();
    private Action? _end;
    private PosixSignal? _signal;

    /// <summary>Begins to listen.</summary>
    public EndingSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }
    }

    /// <summary>Says what ends the current work; it is called at once where a signal has arrived already.</summary>
    public void OnSignal(Action? end)
    {
        bool isAsked;
        lock (_gate)
        {
            _end = end;
            isAsked = _signal is not null;
        }
        if (isAsked)
        {
            end?.Invoke();
        }
    }

    /// <summary>Ends the work where a signal has arrived.</summary>
    /// <exception cref="OperationFailedException">One has.</exception>
    public void ThrowIfAsked()
    {
        lock (_gate)
        {
            if (_signal is { } signal)
            {
                throw new OperationFailedException(ErrorIds.BootFailed, null, null, $"{signal} ended the boot loader");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            _signal ??= context.Signal;
            _end?.Invoke();
        }
    }
}
