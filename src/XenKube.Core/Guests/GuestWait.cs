using System.Globalization;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>
/// Waits until a guest is as it is wanted. Each condition is tied to one start of one domain: when the guest gets another domain, by a
/// reboot for instance, the answers of the old one are not accepted.
/// </summary>
/// <param name="guests">The guests.</param>
/// <param name="path">The guest's configuration.</param>
/// <param name="start">When it was started; null if that was before the wait.</param>
internal sealed class GuestWait(XenGuests guests, string path, GuestStart? start)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2), GreetingTimeout = TimeSpan.FromSeconds(3);

    private GuestStart _start = start ?? GuestStart.Now;
    private DateTimeOffset? _started = start?.Time;
    private int? _domain;
    private XenGuest? _guest;
    private string? _other;
    private bool _wasLeft;

    /// <summary>
    /// Removes a domain that has ended and whose xl, which would have done that, is not there any more; null to refuse the wait for it.
    /// </summary>
    public Action<string>? RemoveLeft { get; init; }

    /// <summary>Waits.</summary>
    /// <param name="condition">What for.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The guest as it is then.</returns>
    /// <exception cref="OperationFailedException">The time is over, or the guest has crashed or ended for good.</exception>
    public XenGuest Until(GuestCondition condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        GuestBatch.Until(path, condition switch
        {
            GuestCondition.Address => "answer at its address",
            GuestCondition.Ssh => "answer by ssh",
            GuestCondition.Gone => "end",
            GuestCondition.Ignition => "fetch its config",
            _ => "run",
        }, timeout, () => IsReached(condition, cancellationToken), cancellationToken, Why);
        return _guest!;
    }

    private bool IsReached(GuestCondition condition, CancellationToken cancellationToken)
    {
        var (guest, isLeft) = guests.Look(path, cancellationToken);
        _guest = guest;
        // Another program than xl may have started the guest and be about to remove its domain: two looks must see the same.
        if (isLeft && _wasLeft)
        {
            (RemoveLeft ?? throw GuestShutdown.LeftOver(path, guest.Name))(guest.Name);
        }
        _wasLeft = isLeft;
        if (condition == GuestCondition.Gone)
        {
            return !guest.IsActive;
        }
        if (guest.State == XenGuestState.Crashed)
        {
            throw new OperationFailedException(ErrorIds.GuestCrashed, guest.Name, null, $"the guest has crashed{ConsoleSays()}",
                "Look at its console (xl console, /var/log/xen/console) and at 'xl dmesg'");
        }
        if (guest.Id is { } id && id != _domain)
        {
            if (_domain is not null)
            {
                _start = GuestStart.Now;
                _started = null;
            }
            _domain = id;
        }
        if (condition == GuestCondition.Ignition)
        {
            return HasFetched(guest, cancellationToken);
        }
        if (guest.State != XenGuestState.Running || condition == GuestCondition.Running)
        {
            return guest.State == XenGuestState.Running;
        }
        var address = guest.IPAddress ?? throw new ItemNotFoundException(ErrorIds.ReservationNotFound, guest.Name, null,
            $"no address is reserved for {guest.MacAddress ?? "a guest without a MAC address"}, so there is nothing to ask",
            $"Make the reservation: {(guest.MacAddress is { } text ? new RemedyAction(RemedyActionKind.ReserveAddress, text, "the file of reservations") : RemedyActionKind.ReserveAddresses)}");
        var mac = MacAddress.TryParse(guest.MacAddress, out var parsed) ? parsed : (MacAddress?)null;
        return condition == GuestCondition.Ssh
            ? GuestNetwork.SshBanner(address, GreetingTimeout, cancellationToken) is not null
            && GuestNetwork.IsGuest(address, mac, out _other)
            : GuestNetwork.Answers(address, mac, _start, AnswerTimeout, out _other, cancellationToken);
    }

    private bool HasFetched(XenGuest guest, CancellationToken cancellationToken)
    {
        var hasFetched = guests.HasFetched ?? throw new OperationFailedException(ErrorIds.WaitTimeout, path, null,
            "nothing here knows what guests have fetched");
        _started ??= guest.Id is null ? null : guests.Xl.StartOf(guest.Name, cancellationToken);
        return hasFetched(guest, _started);
    }

    private string Why()
    {
        var why = _other is not null ? string.Create(CultureInfo.InvariantCulture,
            $"; {_guest?.IPAddress} is answered by {_other}, which is another host than the guest ({_guest?.MacAddress})")
            : _guest is { State: not XenGuestState.Running } guest ? $"; it is {GuestWords.Of(guest.State)}"
            : "";
        return why + ConsoleSays();
    }

    private string ConsoleSays() => _guest is { IsActive: true } guest && GuestName.Refusal(guest.Name) is null
        ? new GuestLog(guest.Name, guests.Xl.Options).Explain() : "";
}
